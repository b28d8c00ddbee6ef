using System.Globalization;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>Values as text and back without loss, for constants in YAML and JSON.</summary>
internal static class ValueText
{
    public static string Write(Value value) =>
        value.Kind switch
        {
            ValueKind.Bool => value.AsBool ? "true" : "false",
            ValueKind.Int64 => value.AsInt64.ToString(CultureInfo.InvariantCulture),
            ValueKind.Double => Conversions.Text(value.AsDouble),
            ValueKind.Timestamp => new Moment(value.AsInt64).Utc.ToString(
                "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
                CultureInfo.InvariantCulture
            ),
            _ => value.AsString,
        };

    /// <summary>Null where the text is no value of that type.</summary>
    public static Value? Read(string text, ColumnType type)
    {
        switch (type)
        {
            case ColumnType.Bool:
                return Conversions.TryParseBool(text, out var flag) ? Value.Of(flag) : null;
            case ColumnType.Int64 or ColumnType.Int32:
                return
                    Conversions.TryParseInt64(text, out var integer)
                    && (type == ColumnType.Int64 || integer == (int)integer)
                    ? Value.Of(integer)
                    : null;
            case ColumnType.Double:
                return Conversions.TryParseDouble(text, out var number) ? Value.Of(number) : null;
            case ColumnType.String:
                return Value.Of(text);
            default:
                return
                    TimestampFormat.Iso.TryParse(text, out var moment)
                    && (type == ColumnType.Timestamp || moment.Utc.TimeOfDay == TimeSpan.Zero)
                    ? Value.Timestamp(moment.Microseconds)
                    : null;
        }
    }
}
