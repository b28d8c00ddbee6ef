using DuckDB.NET.Data;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>Reads the schema of a Parquet file; columns of types that a dataset does not have are converted.</summary>
internal static class InspectParquet
{
    public static Source Run(string path, string name, DuckSession duck, List<string> notices, CancellationToken ct)
    {
        try
        {
            var columns = duck.Query(
                $"DESCRIBE SELECT * FROM read_parquet({Sql.Files([path])})",
                r => (Name: r.GetString(0), Type: r.GetString(1)),
                ct
            );
            var written = Written(duck, path, ct);
            // Names of folders such as year=2026 are columns too, after those of the file.
            var keys = columns.Select((c, i) => i < written.Count ? written[i] : c.Name).ToList();
            var names = ColumnNames.OfKeys(keys, name, notices);
            var source = new Source
            {
                Path = path,
                Name = name,
                Format = FileFormat.Parquet,
                Columns =
                [
                    .. columns.Select(
                        (c, i) =>
                            new SourceColumn(names[i], TypeOf(c.Type), c.Type, Key: ColumnNames.Other(c.Name, names[i]))
                    ),
                ],
                Plain = true,
            };
            var ids = BeyondInt64(duck, source, ct);
            return source with
            {
                Columns =
                [
                    .. source.Columns.Select(c => ids.Contains(c.Name) ? c with { Type = ColumnType.String } : c),
                ],
            };
        }
        catch (DuckDBException e)
        {
            throw Refusal.Invalid(
                $"{name} is a damaged Parquet file ({e.Message.Split('\n')[0].TrimEnd('.')}): fetch or write it again."
            );
        }
    }

    /// <summary>Columns by the names that the file gives them: DuckDB renames some without a word.</summary>
    private static List<string> Written(DuckSession duck, string path, CancellationToken ct)
    {
        var names = new List<string>();
        long within = 0;
        var nodes = duck.Query(
            $"SELECT coalesce(name, ''), coalesce(num_children, 0)::BIGINT FROM parquet_schema({Sql.Files([path])})",
            r => (Name: r.GetString(0), Children: r.GetInt64(1)),
            ct
        );
        foreach (var (name, children) in nodes.Skip(1))
        {
            if (within == 0)
            {
                names.Add(name);
            }
            else
            {
                within--;
            }

            within += children;
        }

        return names;
    }

    /// <summary>
    /// Columns of unsigned numbers of which some are too large for int64. Hashes are written so: they are text, as their digits are in CSV.
    /// </summary>
    private static HashSet<string> BeyondInt64(DuckSession duck, Source source, CancellationToken ct)
    {
        var columns = source.Columns.Where(c => c.NativeType is "UBIGINT").Select(c => c.Name).ToList();
        if (columns.Count == 0)
        {
            return [];
        }

        var each = columns.Select(c => $"coalesce(max({Sql.Identifier(c)}) > {long.MaxValue}, false)");
        var beyond = duck.Query(
            $"SELECT {string.Join(", ", each)} FROM {source.FromParquet([source.Path])}",
            r => columns.Where((_, i) => r.GetBoolean(i)).ToHashSet(StringComparer.Ordinal),
            ct
        );
        return beyond[0];
    }

    private static ColumnType TypeOf(string native) =>
        native switch
        {
            "BOOLEAN" => ColumnType.Bool,
            "TINYINT" or "SMALLINT" or "INTEGER" or "UTINYINT" or "USMALLINT" => ColumnType.Int32,
            "BIGINT" or "UINTEGER" or "UBIGINT" => ColumnType.Int64,
            "FLOAT" or "DOUBLE" or "HUGEINT" or "UHUGEINT" => ColumnType.Double,
            "DATE" => ColumnType.Date,
            "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" or "TIMESTAMP WITH TIME ZONE" =>
                ColumnType.Timestamp,
            _ when native.StartsWith("DECIMAL", StringComparison.Ordinal) => ColumnType.Double,
            _ => ColumnType.String,
        };
}
