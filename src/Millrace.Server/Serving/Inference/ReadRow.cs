using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Millrace.Serving.Inference;

/// <summary>Reads {"user_id": 12} straight into a row: no document, no dictionary.</summary>
internal static class ReadRow
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 4 };

    /// <param name="body">The whole body.</param>
    /// <param name="fields">What the model takes.</param>
    /// <param name="scratch">Its row receives a value for each field, its list of what is excluded the items not wanted.</param>
    public static InputFault Read(ReadOnlySequence<byte> body, InputFields fields, Scratch scratch)
    {
        try
        {
            var json = body.IsSingleSegment
                ? new Utf8JsonReader(body.FirstSpan, Strict)
                : new Utf8JsonReader(body, Strict);
            return Read(ref json, fields, scratch);
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

    private static InputFault Read(ref Utf8JsonReader json, InputFields fields, Scratch scratch)
    {
        var row = scratch.Row(fields.Count);
        var given = scratch.Given(fields.Count);
        given.Clear();
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return new(FaultKind.NotAnObject, "", "");
        }

        var next = 0;
        var excludes = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var at = fields.Find(ref json, next);
            if (at < 0 && fields.HasUser && json.ValueTextEquals("exclude"u8))
            {
                if (excludes)
                {
                    return new(FaultKind.Twice, "exclude", "");
                }

                excludes = true;
                if (!TryExclude(ref json, scratch.Excluded))
                {
                    return InputFault.Other(
                        $"'exclude' must be a list of at most {Predict.MaxCount} items, by their ids."
                    );
                }

                continue;
            }

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
        return fields.Missing(given);
    }

    /// <summary>Items are told apart by how they are written: 12 and "12" are the same.</summary>
    private static bool TryExclude(ref Utf8JsonReader json, HashSet<string> excluded)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        while (json.Read() && json.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            excluded.Add(
                json.TokenType == JsonTokenType.String ? json.GetString()!
                : json.TryGetInt64(out var id) ? id.ToString(CultureInfo.InvariantCulture)
                : ""
            );
            if (excluded.Count > Predict.MaxCount)
            {
                return false;
            }
        }

        return json.TokenType == JsonTokenType.EndArray;
    }

    internal static string Short(string text) => text.Length > 100 ? text[..100] + "…" : text;
}
