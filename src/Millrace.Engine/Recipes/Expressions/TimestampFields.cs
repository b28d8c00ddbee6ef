using System.Text;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>What has been read of one text.</summary>
internal struct TimestampFields()
{
    private int year = 1;
    private int month = 1;
    private int day = 1;
    private int hour;
    private int minute;
    private int second;
    private int micro;
    private int offset;
    private bool? afternoon;

    public bool ReadIso(ref ReadOnlySpan<char> text)
    {
        if (text is [.., 'Z'])
        {
            text = text[..^1];
        }

        if (
            !(
                Digits(ref text, 4, 4, out year)
                && Skip(ref text, '-')
                && Digits(ref text, 2, 2, out month)
                && Skip(ref text, '-')
                && Digits(ref text, 2, 2, out day)
            )
        )
        {
            return false;
        }

        if (text.IsEmpty)
        {
            return true;
        }

        if (
            !(
                (Skip(ref text, 'T') || Skip(ref text, ' '))
                && Digits(ref text, 2, 2, out hour)
                && Skip(ref text, ':')
                && Digits(ref text, 2, 2, out minute)
            )
        )
        {
            return false;
        }

        return text.IsEmpty
            || (
                Skip(ref text, ':')
                && Digits(ref text, 2, 2, out second)
                && (text.IsEmpty || (Skip(ref text, '.') && Fraction(ref text)))
            );
    }

    public bool Read(IReadOnlyList<TimestampPart> parts, ref ReadOnlySpan<char> text)
    {
        foreach (var part in parts)
        {
            var least = part.IsFull ? 2 : 1;
            var read = part.Kind switch
            {
                '=' => Skip(ref text, part.Literal),
                'Y' => Digits(ref text, 4, 4, out year),
                'y' => Digits(ref text, 2, 2, out year) && Century(),
                'm' => Digits(ref text, least, 2, out month),
                'd' => Digits(ref text, least, 2, out day),
                'H' => Digits(ref text, least, 2, out hour),
                'I' => Digits(ref text, least, 2, out hour) && hour is >= 1 and <= 12,
                'M' => Digits(ref text, least, 2, out minute),
                'S' => Digits(ref text, least, 2, out second),
                'f' => Fraction(ref text),
                'b' => MonthName(ref text, isShort: true),
                'B' => MonthName(ref text, isShort: false),
                'p' => HalfDay(ref text),
                _ => Offset(ref text),
            };
            if (!read)
            {
                return false;
            }
        }

        return true;
    }

    public readonly bool TryMoment(out Moment moment)
    {
        moment = default;
        if (
            year < 1
            || month is < 1 or > 12
            || day < 1
            || day > DateTime.DaysInMonth(year, month)
            || hour > 23
            || minute > 59
            || second > 59
        )
        {
            return false;
        }

        var clock = afternoon is { } pm ? (hour % 12) + (pm ? 12 : 0) : hour;
        var local = new DateTime(year, month, day, clock, minute, second, DateTimeKind.Utc);
        var microseconds = ((local - DateTime.UnixEpoch).Ticks / 10) + micro - (offset * 60_000_000L);
        return Moment.TryOf(microseconds, out moment);
    }

    private static bool Skip(ref ReadOnlySpan<char> text, char c)
    {
        if (text.IsEmpty || text[0] != c)
        {
            return false;
        }

        text = text[1..];
        return true;
    }

    private static bool Digits(ref ReadOnlySpan<char> text, int least, int most, out int value)
    {
        value = 0;
        var count = 0;
        while (count < most && count < text.Length && char.IsAsciiDigit(text[count]))
        {
            value = (value * 10) + (text[count++] - '0');
        }

        text = text[count..];
        return count >= least;
    }

    private bool Century()
    {
        year += year < 69 ? 2000 : 1900;
        return true;
    }

    private bool Fraction(ref ReadOnlySpan<char> text)
    {
        var before = text.Length;
        if (!Digits(ref text, 1, 6, out micro))
        {
            return false;
        }

        for (var digits = before - text.Length; digits < 6; digits++)
        {
            micro *= 10;
        }

        return true;
    }

    private bool MonthName(ref ReadOnlySpan<char> text, bool isShort)
    {
        for (var i = 0; i < TimestampPart.Months.Length; i++)
        {
            var name = isShort ? TimestampPart.Months[i].AsSpan(0, 3) : TimestampPart.Months[i];
            if (text.Length >= name.Length && Ascii.EqualsIgnoreCase(text[..name.Length], name))
            {
                month = i + 1;
                text = text[name.Length..];
                return true;
            }
        }

        return false;
    }

    private bool HalfDay(ref ReadOnlySpan<char> text)
    {
        if (text is not ['A' or 'a' or 'P' or 'p', 'M' or 'm', ..])
        {
            return false;
        }

        afternoon = text[0] is 'P' or 'p';
        text = text[2..];
        return true;
    }

    private bool Offset(ref ReadOnlySpan<char> text)
    {
        var isWest = !text.IsEmpty && text[0] == '-';
        if (!(isWest || Skip(ref text, '+')) || (isWest && !Skip(ref text, '-')))
        {
            return false;
        }

        if (!Digits(ref text, 2, 2, out var hours))
        {
            return false;
        }

        Skip(ref text, ':');
        if (!Digits(ref text, 2, 2, out var minutes))
        {
            return false;
        }

        offset = ((hours * 60) + minutes) * (isWest ? -1 : 1);
        return true;
    }
}
