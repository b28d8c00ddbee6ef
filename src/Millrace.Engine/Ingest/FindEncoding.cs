using System.Buffers;
using System.Text;
using Millrace.Core;
using UtfUnknown;

namespace Millrace.Engine.Ingest;

/// <summary>Finds out how a file's characters are coded: by its mark, by being good UTF-8, else by the frequency of its bytes.</summary>
internal static class FindEncoding
{
    static FindEncoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <returns>Null for UTF-8, which needs no recoding.</returns>
    public static Encoding? Named(string encoding)
    {
        try
        {
            var found = Encoding.GetEncoding(encoding.Trim());
            return found.CodePage is 65001 or 20127 ? null : found;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Refusal.Invalid(
                $"'{encoding}' is not an encoding: use an IANA name such as utf-8, utf-16le, windows-1252, iso-8859-1, big5 or gb18030."
            );
        }
    }

    /// <param name="sample">The first bytes of the file, unzipped.</param>
    /// <param name="whole">Whether they are all of it.</param>
    /// <returns>Null for UTF-8; sure unless all of the sample is ASCII, which is the same in nearly every encoding.</returns>
    public static (Encoding? Encoding, bool Sure) Of(
        string name,
        ReadOnlySpan<byte> sample,
        bool whole,
        List<string> notices
    )
    {
        if (Marked(sample) is { } marked)
        {
            return (marked.CodePage == 65001 ? null : marked, true);
        }

        if (Utf16WithoutMark(sample) is { } utf16)
        {
            notices.Add($"{name}: read as {utf16.WebName}, found out from its zero bytes; set encoding to be sure.");
            return (utf16, true);
        }

        var zero = sample.IndexOf((byte)0);
        if (zero >= 0)
        {
            throw Refusal.Invalid(
                $"{name} is not text: there is a zero byte at {zero}, and it is no Parquet file either. Export it as CSV, JSON lines or Parquet."
            );
        }

        return Ascii.IsValid(sample) ? (null, false) : (Guessed(name, sample, whole, notices), true);
    }

    /// <summary>
    /// For bytes that are not all ASCII. What another encoding writes is good UTF-8 by rare chance only: among more that is good,
    /// what is not is damage, and goes to quarantine.
    /// </summary>
    public static Encoding? Guessed(string name, ReadOnlySpan<byte> sample, bool whole, List<string> notices)
    {
        var (good, bad) = Characters(sample, whole);
        if (good >= bad)
        {
            return null;
        }

        var best = CharsetDetector.DetectFromBytes(sample.ToArray()).Detected;
        if (best is not { Encoding: { } encoding, Confidence: >= 0.3f } || encoding.CodePage is 65001 or 20127)
        {
            throw Refusal.Invalid(
                $"{name} is not UTF-8 (first at line {Line(sample)}), and no other encoding fits its bytes: set encoding, for instance windows-1252 or gb18030."
            );
        }

        notices.Add(
            FormattableString.Invariant(
                $"{name}: not UTF-8, read as {encoding.WebName} (a guess, confidence {best.Confidence:P0}); set encoding to be sure."
            )
        );
        return encoding;
    }

    /// <summary>How many characters beyond ASCII are good UTF-8, and how many pieces are not.</summary>
    private static (long Good, long Bad) Characters(ReadOnlySpan<byte> sample, bool whole)
    {
        long good = 0,
            bad = 0;
        for (int used; !sample.IsEmpty; sample = sample[used..])
        {
            var read = Rune.DecodeFromUtf8(sample, out var rune, out used);
            good += read == OperationStatus.Done && !rune.IsAscii ? 1 : 0;
            bad += read == OperationStatus.InvalidData || (read == OperationStatus.NeedMoreData && whole) ? 1 : 0;
        }

        return (good, bad);
    }

    private static int Line(ReadOnlySpan<byte> sample)
    {
        var good = 0;
        var rest = sample;
        while (!rest.IsEmpty && Rune.DecodeFromUtf8(rest, out _, out var used) == OperationStatus.Done)
        {
            good += used;
            rest = rest[used..];
        }

        return sample[..good].Count((byte)'\n') + 1;
    }

    private static Encoding? Marked(ReadOnlySpan<byte> sample) =>
        sample switch
        {
            [0xEF, 0xBB, 0xBF, ..] => Encoding.UTF8,
            [0xFF, 0xFE, 0, 0, ..] => Encoding.UTF32,
            [0, 0, 0xFE, 0xFF, ..] => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            _ => null,
        };

    private static Encoding? Utf16WithoutMark(ReadOnlySpan<byte> sample)
    {
        var pairs = Math.Min(sample.Length, 4096) / 2;
        int even = 0,
            odd = 0;
        for (var i = 0; i < pairs; i++)
        {
            even += sample[2 * i] == 0 ? 1 : 0;
            odd += sample[(2 * i) + 1] == 0 ? 1 : 0;
        }

        return pairs < 4 ? null
            : odd > pairs * 0.7 && even == 0 ? Encoding.Unicode
            : even > pairs * 0.7 && odd == 0 ? Encoding.BigEndianUnicode
            : null;
    }
}
