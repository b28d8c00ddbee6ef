using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

/// <summary>The Open Inference Protocol's names of types, and which of them a column takes.</summary>
internal static class TensorType
{
    public const string Double = "FP64";
    public const string Text = "BYTES";
    public const string Whole = "INT64";

    public static string Of(ColumnType type) =>
        type switch
        {
            ColumnType.Bool => "BOOL",
            ColumnType.Int32 => "INT32",
            ColumnType.Int64 => Whole,
            ColumnType.Double => Double,
            _ => Text,
        };

    public static bool IsKnown(string name) => name is "BOOL" or "BYTES" || IsNumber(name);

    /// <summary>Any numbers fit a column of numbers: each value is then looked at, and must be whole where the column is.</summary>
    public static bool Fits(string name, ColumnType type) =>
        type switch
        {
            ColumnType.Bool => name is "BOOL",
            ColumnType.Int32 or ColumnType.Int64 or ColumnType.Double => IsNumber(name),
            _ => name is "BYTES",
        };

    private static bool IsNumber(string name) =>
        name
            is "INT8"
                or "INT16"
                or "INT32"
                or "INT64"
                or "UINT8"
                or "UINT16"
                or "UINT32"
                or "UINT64"
                or "FP16"
                or "FP32"
                or "FP64";
}
