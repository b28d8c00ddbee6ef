using System.Text;

namespace Millrace.Engine.Ingest;

/// <summary>How the text of one file is cut into records and fields. Found out by <see cref="InspectSource"/>.</summary>
internal sealed record CsvDialect
{
    public required char Delimiter { get; init; }

    /// <summary>Fields are set off by blanks that are not data: <c>a, b, "c, d"</c>.</summary>
    public bool Trim { get; init; }

    /// <summary>Lines end with a carriage return alone, as old Macintosh files do.</summary>
    public bool CarriageReturnOnly { get; init; }

    /// <summary>No quoting and no delimiter: a record is a line, as in JSON lines.</summary>
    public bool WholeLines { get; init; }

    /// <summary>Records are cut here when a quote never closes.</summary>
    public int MaxRecordBytes { get; init; } = 16 << 20;
}

/// <summary>How the bytes of one file become UTF-8.</summary>
/// <param name="Encoding">Null: it is UTF-8 already.</param>
/// <param name="Sure">False: nothing that was looked at tells encodings apart.</param>
internal sealed record TextCoding(bool Gzip, Encoding? Encoding, bool Sure);
