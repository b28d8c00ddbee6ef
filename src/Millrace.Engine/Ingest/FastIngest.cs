using DuckDB.NET.Data;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;
using Millrace.Engine.Work;

namespace Millrace.Engine.Ingest;

/// <summary>The fast way: DuckDB reads and writes while <see cref="VerifyCsv"/> reads the same bytes and vouches for them.</summary>
internal sealed class FastIngest(DuckSession duck, IngestSpec spec, ReadingProgress progress, IWorkSink sink)
{
    /// <returns>Null where the careful way is needed.</returns>
    public async Task<Staged?> TryRunAsync(
        IReadOnlyList<Source> sources,
        IReadOnlyList<IngestColumn> columns,
        CancellationToken ct
    )
    {
        if (!sources.All(s => s.Plain))
        {
            return null;
        }

        var guessed = Guess(sources, columns);
        var data = Path.Combine(spec.OutputFolder, IngestFiles.DataName);
        progress.Begin(
            sources.Count == 1 ? $"Reading {sources[0].Name}" : $"Reading {sources.Count} files",
            0,
            0.7,
            fromDuck: true
        );

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var verify = Task.Run(() => Verify(sources, guessed, stop), stop.Token);
        try
        {
            duck.Execute(FastCopySql.Copy(sources, guessed, spec.Read.NullValues, data), stop.Token);
        }
        catch (DuckDBException e)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)verify).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            sink.Log($"Reading carefully: {e.Message.Split('\n')[0]}");
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }

        var verified = await verify.ConfigureAwait(false);
        return verified is null ? null : Accept(sources, guessed, verified, data, ct);
    }

    private Staged? Accept(
        IReadOnlyList<Source> sources,
        IReadOnlyList<IngestColumn> columns,
        List<Verified> verified,
        string data,
        CancellationToken ct
    )
    {
        var rows = new List<SourceRows>();
        long offset = 0;
        for (var i = 0; i < sources.Count; i++)
        {
            var count =
                sources[i].Format == FileFormat.Parquet
                    ? duck.Count($"SELECT count(*) FROM read_parquet({Sql.Files([sources[i].Path])})", ct)
                    : verified[i].Rows;
            rows.Add(new SourceRows(sources[i], offset, count, verified[i].Sha256));
            offset += count;
        }

        var facts = ParquetFacts.Of(duck, [data], ct);
        if (facts.Rows != offset)
        {
            sink.Log($"Reading carefully: {facts.Rows} rows were read, {offset} counted.");
            return null;
        }

        // Empty in the sample, so read as text: right only where it is empty, or text, all the way.
        var unsure = columns
            .Select((c, i) => (c, i))
            .FirstOrDefault(c => c.c.Type is null && facts.Columns[c.i].Nulls < facts.Rows)
            .c;
        if (unsure is not null)
        {
            sink.Log($"Reading carefully: {unsure.Name} is empty in the first rows only.");
            return null;
        }

        return new Staged(
            $"(SELECT file_row_number + 1 AS {RowCheck.RowName}, COLUMNS(* EXCLUDE (file_row_number)) FROM read_parquet({Sql.Files([data])}, file_row_number = true))",
            [.. columns.Select(c => c with { Type = c.Type ?? ColumnType.String })],
            new HashSet<string>(StringComparer.Ordinal),
            rows
        );
    }

    private List<Verified>? Verify(
        IReadOnlyList<Source> sources,
        IReadOnlyList<IngestColumn> columns,
        CancellationTokenSource stop
    )
    {
        var found = new List<Verified>();
        foreach (var source in sources)
        {
            if (source.Format == FileFormat.Parquet)
            {
                found.Add(new Verified(0, FileHash.Of(source.Path, stop.Token), null));
                continue;
            }

            var verified = Verify(source, columns, stop.Token);
            if (verified.Odd is { } odd)
            {
                sink.Log($"Reading carefully: {odd}");
                stop.Cancel();
                return null;
            }

            found.Add(verified);
        }

        return found;
    }

    private Verified Verify(Source source, IReadOnlyList<IngestColumn> columns, CancellationToken ct)
    {
        try
        {
            return VerifyCsv.Run(
                source,
                FastCopySql.ReadTypes(source, columns),
                spec.Read.NullValues,
                progress.Bytes,
                ct
            );
        }
        catch (RefusalException e)
        {
            // The careful way meets it again, and refuses.
            return new Verified(0, "", e.Message);
        }
    }

    /// <summary>Types as the first rows of all files show them; null where those are empty. The whole file is held to them.</summary>
    private static List<IngestColumn> Guess(IReadOnlyList<Source> sources, IReadOnlyList<IngestColumn> columns) =>
        [
            .. columns.Select(c =>
                c with
                {
                    Type =
                        c.Type
                        ?? sources
                            .Select(s =>
                                s.Columns.First(x => string.Equals(x.Name, c.Name, StringComparison.Ordinal)).Type
                            )
                            .Aggregate((a, b) => a is { } x && b is { } y ? CellShape.Join(x, y) : a ?? b),
                }
            ),
        ];
}
