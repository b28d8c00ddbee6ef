using System.Text.Json;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Inference;

/// <summary>Inputs and outputs as the JSON that is answered and logged.</summary>
internal static class WriteOutput
{
    public static void Inputs(Utf8JsonWriter json, InputFields fields, ReadOnlySpan<Value> row)
    {
        json.WriteStartObject();
        for (var i = 0; i < row.Length; i++)
        {
            json.WritePropertyName(fields[i].Json);
            WriteValue(json, row[i], fields[i].Type);
        }

        json.WriteEndObject();
        json.Flush();
    }

    public static void Items(Utf8JsonWriter json, IReadOnlyList<ScoredItem> items)
    {
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        for (var i = 0; i < items.Count; i++)
        {
            json.WriteStartObject();
            json.WritePropertyName("item"u8);
            WriteValue(json, items[i].Item, ColumnType.Timestamp);
            json.WritePropertyName("score"u8);
            Number(json, items[i].Score);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    public static void Scores(Utf8JsonWriter json, ServedModel served, ReadOnlySpan<double> scores)
    {
        json.WriteStartObject();
        if (served.Predictor.Card.Task != TaskKind.Classify)
        {
            json.WritePropertyName("score"u8);
            Number(json, scores[0]);
        }
        else
        {
            if (served.Positive >= 0 && scores.Length == 2)
            {
                json.WritePropertyName("score"u8);
                Number(json, scores[served.Positive]);
            }

            json.WriteString("label"u8, served.Classes[Best(scores)]);
            json.WriteStartObject("probabilities"u8);
            for (var i = 0; i < scores.Length; i++)
            {
                json.WritePropertyName(served.Classes[i]);
                Number(json, scores[i]);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>The most probable class; the first of equals.</summary>
    public static int Best(ReadOnlySpan<double> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        return best;
    }

    /// <summary>JSON has no infinity and no NaN.</summary>
    public static void Number(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    public static void WriteValue(Utf8JsonWriter json, in Value value, ColumnType type)
    {
        switch (value.Kind)
        {
            case ValueKind.Bool:
                json.WriteBooleanValue(value.AsBool);
                break;
            case ValueKind.Int64:
                json.WriteNumberValue(value.AsInt64);
                break;
            case ValueKind.Double:
                Number(json, value.AsDouble);
                break;
            case ValueKind.String:
                json.WriteStringValue(value.AsString);
                break;
            case ValueKind.Timestamp when type == ColumnType.Date:
                json.WriteStringValue(
                    DateOnly
                        .FromDateTime(DateTime.UnixEpoch.AddMicroseconds(value.AsInt64))
                        .ToString("O", System.Globalization.CultureInfo.InvariantCulture)
                );
                break;
            case ValueKind.Timestamp:
                json.WriteStringValue(DateTime.UnixEpoch.AddMicroseconds(value.AsInt64));
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
