using System.Buffers;
using System.Text.Json;
using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

/// <summary>Reads {"user_id": 12} straight into a row: no document, no dictionary.</summary>
internal static class ReadRow
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 4 };

    /// <param name="body">The whole body.</param>
    /// <param name="fields">What the model takes.</param>
    /// <param name="row">Receives a value for each field.</param>
    /// <param name="given">Room to note which fields were there; as long as the row.</param>
    public static InputFault Read(ReadOnlySequence<byte> body, InputFields fields, Span<Value> row, Span<bool> given)
    {
        given.Clear();
        try
        {
            var json = body.IsSingleSegment
                ? new Utf8JsonReader(body.FirstSpan, Strict)
                : new Utf8JsonReader(body, Strict);
            return Read(ref json, fields, row, given);
        }
        catch (JsonException ex)
        {
            return InputFault.NotJson(ex);
        }
        catch (InvalidOperationException ex)
        {
            // A text that is not UTF-8, or half of a surrogate pair.
            return InputFault.NotJson(ex);
        }
    }

    private static InputFault Read(ref Utf8JsonReader json, InputFields fields, Span<Value> row, Span<bool> given)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return new(FaultKind.NotAnObject, "", "");
        }

        var next = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var at = fields.Find(ref json, next);
            if (at < 0)
            {
                return new(FaultKind.Unknown, Short(json.GetString()!), fields.Names);
            }

            if (given[at])
            {
                return new(FaultKind.Twice, fields[at].Name, "");
            }

            json.Read();
            if (!ReadValue.TryRead(ref json, fields[at].Type, out row[at]))
            {
                return fields.Mistyped(at);
            }

            if (row[at].IsNull && fields[at].IsUser)
            {
                return fields.Null(at);
            }

            given[at] = true;
            next = at + 1;
        }

        // Anything after the object is a fault that the reader throws.
        json.Read();
        var missing = given.IndexOf(false);
        return missing < 0 ? InputFault.None : fields.Missing(missing);
    }

    internal static string Short(string text) => text.Length > 100 ? text[..100] + "…" : text;
}
