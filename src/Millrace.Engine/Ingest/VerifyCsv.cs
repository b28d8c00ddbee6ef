using System.Globalization;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>What our own reading of a file found.</summary>
/// <param name="Odd">Why DuckDB's reading is not to be trusted; null when it is.</param>
internal sealed record Verified(long Rows, string Sha256, string? Odd);

/// <summary>
/// Reads a CSV file beside DuckDB and vouches that it holds nothing that DuckDB would take differently from us: every
/// record has as many fields as the header, quotes are in order, cells are plain for their type. Hashes on the way.
/// </summary>
internal static class VerifyCsv
{
    /// <param name="types">By the file's columns; null: not checked.</param>
    public static Verified Run(
        Source source,
        ColumnType?[] types,
        IReadOnlyList<string> nulls,
        Action<long> bytesRead,
        CancellationToken ct
    )
    {
        using var bytes = SourceBytes.Open(source.Path, source.Name, source.Coding);
        using var reader = new CsvReader(bytes, source.Dialect);
        reader.SkipLines(source.SkipLines);
        if (source.Header)
        {
            reader.Read();
        }

        var check = Enumerable.Range(0, types.Length).Where(i => types[i] is not (null or ColumnType.String)).ToArray();
        var wanted = check.Select(i => types[i]!.Value).ToArray();
        var nullTexts = nulls.Select(System.Text.Encoding.UTF8.GetBytes).ToArray();
        long rows = 0;
        while (reader.Read())
        {
            rows++;
            if (reader.Flags != RecordFlags.None || reader.FieldCount != types.Length)
            {
                return Oddity(
                    rows,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{source.Name}:{reader.Line}: {reader.FieldCount} fields, {reader.Flags}"
                    )
                );
            }

            for (var i = 0; i < check.Length; i++)
            {
                var cell = reader[check[i]];
                if (!CellShape.IsPlain(cell, wanted[i]) && !IsNull(cell, nullTexts))
                {
                    return Oddity(
                        rows,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{source.Name}:{reader.Line}: {source.Columns[check[i]].Name} is not plainly {wanted[i]}"
                        )
                    );
                }
            }

            if ((rows & 0xFFFF) == 0)
            {
                ct.ThrowIfCancellationRequested();
                bytesRead(bytes.BytesRead);
            }
        }

        var odd =
            reader.LoneCarriageReturns != 0 || (reader.PlainEnds > 0 && reader.CarriageReturnEnds > 0)
                ? "mixed line ends"
            : types.Length == 1 && reader.BlankLines > 0 ? "blank lines in a file of one column"
            : null;
        return new Verified(rows, bytes.Hash(), odd is null ? null : $"{source.Name}: {odd}");
    }

    private static Verified Oddity(long rows, string odd) => new(rows, "", odd);

    private static bool IsNull(ReadOnlySpan<byte> cell, byte[][] nulls)
    {
        if (cell.IsEmpty)
        {
            return true;
        }

        foreach (var text in nulls)
        {
            if (cell.SequenceEqual(text))
            {
                return true;
            }
        }

        return false;
    }
}
