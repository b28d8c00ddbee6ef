using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Data.Catalog;
using Millrace.Engine.Tables;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>
/// Joined predictions of an endpoint as Parquet, made when somebody asks: a file for every so many joins, of which only the
/// last is ever made anew. Its name says how far it goes.
/// </summary>
internal sealed class JoinedParquet(
    MillraceDb db,
    FindFacts facts,
    MillraceFolder folder,
    IOptions<QueryOptions> query,
    TimeProvider time
)
{
    private const long JoinsAFile = 50_000;

    private static readonly SemaphoreSlim One = new(1);

    /// <summary>The files that hold all joins up to now, oldest first.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(EndpointName endpoint, CancellationToken ct)
    {
        var own = db.Set<JoinRow>().AsNoTracking().Where(j => j.Endpoint == endpoint);
        var first = await own.MinAsync(j => (long?)j.Sequence, ct) ?? 0;
        var last = await own.MaxAsync(j => (long?)j.Sequence, ct) ?? -1;
        var settings = await db.Set<MonitorRow>()
            .AsNoTracking()
            .Where(m => m.Endpoint == endpoint)
            .Select(m => m.Settings)
            .SingleOrDefaultAsync(ct);
        var files = new List<string>();
        await One.WaitAsync(ct);
        try
        {
            Forget(endpoint, first);
            for (var from = first / JoinsAFile * JoinsAFile; from <= last; from += JoinsAFile)
            {
                var rows = own.Where(j => j.Sequence >= from && j.Sequence < from + JoinsAFile);
                if (await rows.MaxAsync(j => (long?)j.Sequence, ct) is { } upTo)
                {
                    files.Add(await FileAsync(endpoint, from, upTo, rows, settings, ct));
                }
            }
        }
        finally
        {
            One.Release();
        }

        return files;
    }

    /// <summary>
    /// Deletes what a later file has taken the place of, and what has no joins any more; not what a query that began with it may
    /// still open.
    /// </summary>
    private void Forget(EndpointName endpoint, long first)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder.Objects, "joined", endpoint.Value));
        foreach (var chunk in own.GetFiles("*.parquet").GroupBy(f => f.Name.Split('-')[0], StringComparer.Ordinal))
        {
            var isOver = long.Parse(chunk.Key, CultureInfo.InvariantCulture) + JoinsAFile <= first;
            var newest = chunk.MaxBy(f => f.Name, StringComparer.Ordinal);
            foreach (var file in chunk.Where(f => isOver || f != newest))
            {
                if (TimeProvider.System.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > 2 * query.Value.Timeout)
                {
                    file.Delete();
                }
            }
        }
    }

    private async Task<string> FileAsync(
        EndpointName endpoint,
        long from,
        long upTo,
        IQueryable<JoinRow> rows,
        MonitorSettings? settings,
        CancellationToken ct
    )
    {
        var own = Path.Combine(folder.Objects, "joined", endpoint.Value);
        var prefix = from.ToString("d12", CultureInfo.InvariantCulture);
        var path = Path.Combine(own, $"{prefix}-{upTo.ToString("d12", CultureInfo.InvariantCulture)}.parquet");
        if (File.Exists(path))
        {
            return path;
        }

        Directory.CreateDirectory(own);
        var work = Path.Combine(folder.Root, "tmp", Id.New(time));
        Directory.CreateDirectory(work);
        try
        {
            var lines = Path.Combine(work, "rows.jsonl");
            var columns = await WriteAsync(lines, rows, settings, ct);
            using var duck = DuckSession.Open(Path.Combine(work, "spill"));
            var types = string.Join(", ", columns.Select(c => $"{Sql.Literal(c.Key)}: '{c.Value}'"));
            duck.Execute(
                $"""
                COPY (SELECT * FROM read_json({Sql.Literal(
                    lines
                )}, format = 'newline_delimited', columns = {"{"}{types}{"}"}))
                TO {Sql.Literal(path + ".tmp")} (FORMAT parquet, COMPRESSION zstd)
                """,
                ct
            );
            Durable.PublishFile(path + ".tmp", path);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        return path;
    }

    /// <returns>The columns by name, with DuckDB's type.</returns>
    private async Task<IReadOnlyDictionary<string, string>> WriteAsync(
        string path,
        IQueryable<JoinRow> rows,
        MonitorSettings? settings,
        CancellationToken ct
    )
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["sequence"] = "BIGINT",
            ["prediction_id"] = "VARCHAR",
            ["predicted_at"] = "TIMESTAMP",
            ["happened_at"] = "TIMESTAMP",
            ["model"] = "VARCHAR",
            ["version"] = "INTEGER",
            ["loss"] = "DOUBLE",
            ["baseline_loss"] = "DOUBLE",
            ["outcome"] = "VARCHAR",
        };
        var fixedColumns = columns.Count;
        await using var file = File.Create(path);
        await foreach (var row in rows.OrderBy(j => j.Sequence).AsAsyncEnumerable().WithCancellation(ct))
        {
            var card = (await facts.RunAsync(row.Model, row.Version, ct))?.Card;
            using var inputs = JsonDocument.Parse(row.Inputs);
            await using var json = new Utf8JsonWriter(file, new() { Encoder = Json.Options.Encoder });
            json.WriteStartObject();
            json.WriteNumber("sequence", row.Sequence);
            json.WriteString("prediction_id", row.Prediction.ToString());
            json.WriteString("predicted_at", row.PredictedAt.UtcDateTime);
            json.WriteString("happened_at", row.At.UtcDateTime);
            json.WriteString("model", row.Model.Value);
            json.WriteNumber("version", row.Version.Value);
            json.WriteNumber("loss", row.Loss);
            if (row.Baseline is { } baseline)
            {
                json.WriteNumber("baseline_loss", baseline);
            }

            using var outcome = JsonDocument.Parse(row.Outcome);
            // Told as columns it is the watched one of them, as where it is told alone.
            var column = card is null || settings is null ? null : ScoreOutcome.Column(settings, card);
            json.WriteString("outcome", ScoreOutcome.Actual(outcome.RootElement, column) ?? row.Outcome);
            foreach (var input in inputs.RootElement.EnumerateObject())
            {
                // An input that is called as a column of ours keeps its name with a mark.
                var name = columns.Keys.Take(fixedColumns).Contains(input.Name, StringComparer.OrdinalIgnoreCase)
                    ? input.Name + "_input"
                    : input.Name;
                columns.TryAdd(
                    name,
                    Sql.TypeName(
                        card?.Inputs.FirstOrDefault(i =>
                            string.Equals(i.Name, input.Name, StringComparison.Ordinal)
                        )?.Type
                            ?? ColumnType.String
                    )
                );
                json.WritePropertyName(name);
                input.Value.WriteTo(json);
            }

            json.WriteEndObject();
            await json.FlushAsync(ct);
            file.WriteByte((byte)'\n');
        }

        return columns;
    }
}
