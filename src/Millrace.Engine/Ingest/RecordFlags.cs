namespace Millrace.Engine.Ingest;

/// <summary>What is unusual about a record. Anything but None keeps a file off the fast way; some break the record.</summary>
[Flags]
internal enum RecordFlags
{
    None = 0,

    /// <summary>A quote inside a field that did not begin with one: taken as a character.</summary>
    StrayQuote = 1,

    /// <summary>Blanks after a closing quote: forgiven.</summary>
    BlankAfterQuote = 2,

    /// <summary>Text after a closing quote: the record is broken.</summary>
    TextAfterQuote = 4,

    /// <summary>A quote that never closes: the line is broken, reading goes on with the next.</summary>
    OpenQuote = 8,

    /// <summary>Bytes that are no UTF-8: the record is broken.</summary>
    NotUtf8 = 16,

    /// <summary>A line longer than is read: the record is broken, and only its beginning is kept.</summary>
    TooLong = 32,

    Broken = TextAfterQuote | OpenQuote | NotUtf8 | TooLong,
}
