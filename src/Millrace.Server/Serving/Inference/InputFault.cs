using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

internal enum FaultKind
{
    None,
    NotJson,
    NotAnObject,
    Unknown,
    Missing,
    Mistyped,
    Twice,
    Null,
    Other,
}

/// <summary>What is wrong with a request's inputs. A value, since wrong inputs are expected: nothing is thrown.</summary>
/// <param name="Field">The input's name; for those that are missing, each with what it takes; for <see cref="FaultKind.NotJson"/> and <see cref="FaultKind.Other"/> the whole message.</param>
/// <param name="Expected">For a wrong one, what it takes; for an unknown one, the names that there are.</param>
internal readonly record struct InputFault(FaultKind Kind, string Field, string Expected)
{
    public static InputFault None => default;

    public bool IsNone => Kind == FaultKind.None;

    public static InputFault Other(string message) => new(FaultKind.Other, message, "");

    public static InputFault NotJson(Exception exception) => new(FaultKind.NotJson, exception.Message, "");

    public static InputFault Mistyped(string field, ColumnType type) =>
        new(
            FaultKind.Mistyped,
            field,
            ExpectedType.Describe(type) + (type == ColumnType.String ? $" of at most {ReadValue.MaxText} bytes" : "")
        );

    public string Describe() =>
        Kind switch
        {
            FaultKind.NotJson => $"The body is not JSON: {Field}",
            FaultKind.NotAnObject => "The body must be a JSON object of inputs by name, such as {\"user_id\": 12}.",
            FaultKind.Unknown => $"There is no input '{Field}': this model takes {Expected}.",
            FaultKind.Missing => $"Missing inputs: {Field}.{Expected}",
            FaultKind.Mistyped => $"The input '{Field}' must be {Expected}.",
            FaultKind.Twice => $"The input '{Field}' is given twice.",
            FaultKind.Null => $"The input '{Field}' must not be null: give {Expected}.",
            _ => Field,
        };
}

/// <summary>What a column's type takes, in words.</summary>
internal static class ExpectedType
{
    public static string Describe(ColumnType type) =>
        type switch
        {
            ColumnType.Bool => "true or false (bool)",
            ColumnType.Int32 => "a whole number (int32)",
            ColumnType.Int64 => "a whole number (int64)",
            ColumnType.Double => "a finite number (double)",
            ColumnType.Date => "a date as text, such as \"2026-01-31\" (date)",
            ColumnType.Timestamp => "an ISO 8601 time as text, such as \"2026-01-31T08:00:00Z\" (timestamp)",
            _ => "a text (string)",
        };
}
