using System.Text;
using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

/// <summary>The inputs of a model, made ready for reading: names as bytes, in the order of the card.</summary>
internal sealed class InputFields
{
    private readonly Field[] fields;

    public InputFields(IReadOnlyList<Column> inputs, string? user)
    {
        fields =
        [
            .. inputs.Select(c => new Field(
                c.Name,
                Encoding.UTF8.GetBytes(c.Name),
                JsonEncodedText.Encode(c.Name, Json.Options.Encoder),
                c.Type,
                string.Equals(c.Name, user, StringComparison.Ordinal)
            )),
        ];
        Names = string.Join(", ", inputs.Select(c => $"'{c.Name}' ({c.Type.Word()})"));
    }

    /// <param name="IsUser">Who is asked about: a recommender cannot do without.</param>
    internal sealed record Field(string Name, byte[] Utf8, JsonEncodedText Json, ColumnType Type, bool IsUser);

    public int Count => fields.Length;

    /// <summary>Whether it is a recommender's.</summary>
    public bool HasUser => Array.Exists(fields, f => f.IsUser);

    /// <summary>For people: all names with their types.</summary>
    public string Names { get; }

    public Field this[int index] => fields[index];

    /// <summary>Whether a row of the one is a row of the other as it lies.</summary>
    public bool SameAs(InputFields other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (fields.Length != other.fields.Length)
        {
            return false;
        }

        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Type != other.fields[i].Type || !fields[i].Utf8.AsSpan().SequenceEqual(other.fields[i].Utf8))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The input that the reader's property or text names; −1 where there is none.</summary>
    /// <param name="json">Stands on the name.</param>
    /// <param name="guess">Where it most likely is: callers keep to an order.</param>
    public int Find(ref Utf8JsonReader json, int guess)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            var at = (guess + i) % fields.Length;
            if (json.ValueTextEquals(fields[at].Utf8))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>All that was not given at once, so that nobody has to ask again for each.</summary>
    /// <param name="given">By input, whether it was.</param>
    public InputFault Missing(ReadOnlySpan<bool> given)
    {
        if (!given.Contains(false))
        {
            return InputFault.None;
        }

        var missing = new List<string>();
        for (var i = 0; i < fields.Length; i++)
        {
            if (!given[i])
            {
                missing.Add($"'{fields[i].Name}', {ExpectedType.Describe(fields[i].Type)}");
            }
        }

        return new(FaultKind.Missing, string.Join("; ", missing), HasUser ? "" : " Give null for what is not known.");
    }

    public InputFault Null(int index) =>
        new(FaultKind.Null, fields[index].Name, ExpectedType.Describe(fields[index].Type));

    public InputFault Mistyped(int index) => InputFault.Mistyped(fields[index].Name, fields[index].Type);
}
