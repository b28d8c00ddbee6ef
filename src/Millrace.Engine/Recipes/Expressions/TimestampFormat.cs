namespace Millrace.Engine.Recipes.Expressions;

/// <summary>
/// How a text or a number means a moment: ISO 8601, a strptime pattern, or seconds since 1970 and their parts.
/// A pattern becomes a regular expression that lets through only what both DuckDB's strptime and the parser here read
/// alike; all else is null.
/// </summary>
internal sealed class TimestampFormat
{
    public const string EpochSeconds = "epoch_s";
    public const string EpochMilliseconds = "epoch_ms";
    public const string EpochMicroseconds = "epoch_us";

    private const string IsoPattern =
        $"(?:{TimestampPart.Year})-[0-9]{{2}}-[0-9]{{2}}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{{1,6}})?)?)?";

    private readonly string format;
    private readonly IReadOnlyList<TimestampPart> parts;

    private TimestampFormat(string format, IReadOnlyList<TimestampPart> parts)
    {
        this.format = format;
        this.parts = parts;
    }

    /// <summary>2024-03-09, 2024-03-09T10:30, 2024-03-09 10:30:00.5, each perhaps with a Z.</summary>
    public static TimestampFormat Iso { get; } = new("", []);

    /// <summary>Microseconds of one unit, for the formats that are numbers; null for the others.</summary>
    public static long? EpochUnit(string format) =>
        format switch
        {
            EpochSeconds => 1_000_000,
            EpochMilliseconds => 1_000,
            EpochMicroseconds => 1,
            _ => null,
        };

    /// <param name="problem">What is wrong with the pattern, for a person.</param>
    public static TimestampFormat? TryCreate(string format, out string problem)
    {
        var found = new List<TimestampPart>();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                found.Add(new TimestampPart('=', format[i]));
            }
            else if (i + 1 == format.Length || !"YymdHIpMSfbBz%".Contains(format[i + 1], StringComparison.Ordinal))
            {
                problem =
                    $"'{format}' has %{(i + 1 < format.Length ? format[i + 1] : ' ')}; known are %Y %y %m %d %b %B %H %I %p %M %S %f %z and %%.";
                return null;
            }
            else
            {
                found.Add(format[++i] == '%' ? new TimestampPart('=', '%') : new TimestampPart(format[i], ' '));
            }
        }

        for (var i = 0; i + 1 < found.Count; i++)
        {
            // Digits right after digits: only full widths can be told apart.
            found[i] = found[i] with
            {
                IsFull = found[i + 1].StartsWithDigit,
            };
            if (found[i] is { Kind: 'f', IsFull: true })
            {
                problem = $"'{format}' has digits right after %f, which has no fixed width.";
                return null;
            }
        }

        problem =
            found.GroupBy(p => p.Field).FirstOrDefault(g => g.Key != '=' && g.Count() > 1) is { } twice
                ? $"'{format}' says {twice.Key switch { 'Y' => "the year", 'm' => "the month", 'H' => "the hour", var k => $"%{k}" }} twice."
            : !found.Exists(p => p.Field == 'Y') ? $"'{format}' has no year: %Y or %y."
            : found.Exists(p => p.Kind == 'I') != found.Exists(p => p.Kind == 'p')
                ? $"'{format}': %I (hour of twelve) and %p (AM, PM) go together."
            : found.Exists(p => p.Kind == '=' && (char.IsWhiteSpace(p.Literal) || p.Literal > '~') && p.Literal != ' ')
                ? $"'{format}' may hold spaces and ASCII characters between its fields only."
            : "";
        return problem.Length > 0 ? null : new TimestampFormat(format, found);
    }

    /// <summary>SQL for the microseconds that an SQL integer of that unit means; null outside the years 1 to 9999.</summary>
    public static string EpochSql(string sql, long unit) =>
        InRange(unit == 1 ? sql : FormattableString.Invariant($"TRY({sql} * {unit})"));

    public static bool TryEpoch(long value, long unit, out Moment moment)
    {
        moment = default;
        return value >= Moment.Smallest / unit
            && value <= Moment.Largest / unit
            && Moment.TryOf(value * unit, out moment);
    }

    public string ToSql(string sql)
    {
        if (parts.Count == 0)
        {
            return $@"TRY_CAST(regexp_extract({sql}, '\A[ \t\r\n]*({IsoPattern})Z?[ \t\r\n]*\z', 1) AS TIMESTAMP)";
        }

        var inner = Conversions.Inner(
            sql,
            string.Concat(parts.Select(p => p.Pattern)).Replace("'", "''", StringComparison.Ordinal)
        );
        var parsed = $"try_strptime(nullif({inner}, ''), {TypedLiteral.Of(format)})";
        return InRange($"epoch_us({parsed})");
    }

    public bool TryParse(string s, out Moment moment)
    {
        var fields = new TimestampFields();
        var rest = Conversions.Inner(s);
        var read = parts.Count == 0 ? fields.ReadIso(ref rest) : fields.Read(parts, ref rest);
        moment = default;
        return read && rest.IsEmpty && fields.TryMoment(out moment);
    }

    /// <summary>Two values that no moment has stand for all beyond, and become null: so the argument stands in the SQL once.</summary>
    private static string InRange(string microseconds) =>
        FormattableString.Invariant(
            $"make_timestamp(nullif(nullif(least(greatest({microseconds}, {Moment.Smallest - 1}), {Moment.Largest + 1}), {Moment.Smallest - 1}), {Moment.Largest + 1}))"
        );
}
