using System.Globalization;
using System.Text;
using System.Text.Json;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Monitoring.Feedback;

/// <summary>Writes a moment in the form that a contract reads. Pure.</summary>
internal static class ContractTime
{
    public static ColumnRule? RuleOf(Contract contract, string column) =>
        contract.Columns.FirstOrDefault(c => string.Equals(c.Name, column, StringComparison.Ordinal));

    public static JsonElement Write(DateTimeOffset moment, ColumnRule? rule)
    {
        var micros = Micros.Of(moment);
        return (rule?.Format, rule?.Type) switch
        {
            ("epoch_s", _) => Whole(micros, 1_000_000),
            ("epoch_ms", _) => Whole(micros, 1_000),
            ("epoch_us", _) => Whole(micros, 1),
            // A column of whole numbers without a format holds seconds, as far as anybody can tell.
            (null, ColumnType.Int64 or ColumnType.Int32) => Whole(micros, 1_000_000),
            (null, ColumnType.Double) => JsonSerializer.SerializeToElement(micros / 1e6),
            (null, ColumnType.Date) => Text(moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            (null, _) => Text(
                moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            ),
            ({ } pattern, _) => Text(Strftime(moment.UtcDateTime, pattern)),
        };
    }

    private static JsonElement Whole(long micros, long unit) =>
        JsonSerializer.SerializeToElement(Micros.Floor(micros, unit) / unit);

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text);

    /// <summary>The parts that contracts know: %Y %y %m %d %b %B %H %I %p %M %S %f %z and %%.</summary>
    private static string Strftime(DateTime moment, string pattern)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                text.Append(pattern[i]);
                continue;
            }

            i++;
            text.Append(
                pattern[i] switch
                {
                    'Y' => Part("yyyy"),
                    'y' => Part("yy"),
                    'm' => Part("MM"),
                    'd' => Part("dd"),
                    'b' => Part("MMM"),
                    'B' => Part("MMMM"),
                    'H' => Part("HH"),
                    'I' => Part("hh"),
                    'p' => Part("tt"),
                    'M' => Part("mm"),
                    'S' => Part("ss"),
                    'f' => Part("ffffff"),
                    'z' => "+00",
                    var other => other.ToString(),
                }
            );
        }

        return text.ToString();

        string Part(string format) => moment.ToString(format, CultureInfo.InvariantCulture);
    }
}
