using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>One file and how to read it: what <see cref="InspectSource"/> found out.</summary>
internal sealed record Source
{
    public required string Path { get; init; }

    /// <summary>How messages and the quarantine call it.</summary>
    public required string Name { get; init; }

    public required FileFormat Format { get; init; }

    public TextCoding Coding { get; init; } = new(Gzip: false, Encoding: null, Sure: false);

    public CsvDialect Dialect { get; init; } = new() { Delimiter = ',' };

    /// <summary>Physical lines before the header.</summary>
    public int SkipLines { get; init; }

    public bool Header { get; init; }

    /// <summary>Physical lines before the first row of data.</summary>
    public int LinesBeforeData { get; init; }

    /// <summary>Lines end with carriage return and line feed, as far as the first rows show.</summary>
    public bool CarriageReturns { get; init; }

    public required IReadOnlyList<SourceColumn> Columns { get; init; }

    /// <summary>Whether DuckDB's own reader may be tried on it.</summary>
    public bool Plain { get; init; }

    /// <summary>Parquet files like this one as something to select from, whose columns have our names.</summary>
    public string FromParquet(IEnumerable<string> paths, bool numbered = false)
    {
        var read = $"read_parquet({Sql.Files(paths)}{(numbered ? ", file_row_number = true" : "")})";
        if (Columns.All(c => c.Key is null))
        {
            return read;
        }

        // Renamed by their place, so what is no column of ours must stand last.
        read = numbered ? $"(SELECT * EXCLUDE (file_row_number), file_row_number FROM {read})" : read;
        return $"{read} AS renamed({Sql.Identifiers(Columns.Select(c => c.Name))})";
    }

    /// <summary>Reads the records of the data, from the first after the header.</summary>
    public CsvReader OpenRecords()
    {
        var bytes = SourceBytes.Open(Path, Name, Coding);
        var reader = new CsvReader(bytes, Dialect);
        if (Format == FileFormat.Csv)
        {
            reader.SkipLines(SkipLines);
            if (Header)
            {
                reader.Read();
            }
        }

        return reader;
    }
}

/// <param name="Type">For Parquet the file's own type; for text what the first rows look like, null where they are empty.</param>
/// <param name="NativeType">DuckDB's name of a Parquet column's type.</param>
/// <param name="IsText">Written as text in JSON: digits in it are no number.</param>
/// <param name="Key">What the JSON file, or DuckDB of a Parquet file, calls it instead.</param>
internal sealed record SourceColumn(
    string Name,
    ColumnType? Type,
    string? NativeType = null,
    bool IsText = false,
    string? Key = null
);
