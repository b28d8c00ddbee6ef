using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Data.Catalog;
using Millrace.Monitoring.PredictionLog;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>
/// Lets a query name "ENDPOINT.predictions", all that became Parquet of the log, and "ENDPOINT.joined", predictions with what
/// came of them.
/// </summary>
internal sealed class MonitoredTables(MillraceDb db, LogFolder folder, JoinedParquet joined) : IQueryTables
{
    public async Task<IReadOnlyList<QueryTable>> FindAsync(string sql, CancellationToken ct)
    {
        var tables = new List<QueryTable>();
        foreach (var endpoint in Predicting().Where(e => Names(sql, $"{e}.predictions")))
        {
            // Where a segment is still there, its Parquet files are not the truth yet.
            var live = folder.Segments().ToHashSet();
            var files = folder.ParquetOf(endpoint).Where(f => !live.Contains(f.Number)).Select(f => f.Path).ToList();
            if (files.Count > 0)
            {
                tables.Add(new($"{endpoint}.predictions", files));
            }
        }

        foreach (var endpoint in await db.Set<MonitorRow>().Select(m => m.Endpoint).ToListAsync(ct))
        {
            if (Names(sql, $"{endpoint}.joined") && await joined.RunAsync(endpoint, ct) is { Count: > 0 } files)
            {
                tables.Add(new($"{endpoint}.joined", files));
            }
        }

        return tables;
    }

    private IEnumerable<EndpointName> Predicting() =>
        Directory.Exists(folder.Parquet)
            ? Directory
                .EnumerateDirectories(folder.Parquet)
                .Select(Path.GetFileName)
                .Where(Name.IsValid)
                .Select(n => new EndpointName(n!))
            : [];

    private static bool Names(string sql, string table) => sql.Contains(table, StringComparison.OrdinalIgnoreCase);
}
