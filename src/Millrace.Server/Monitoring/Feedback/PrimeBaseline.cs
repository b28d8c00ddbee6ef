using Millrace.Data.Versions;
using Millrace.Engine.Declarations;
using Millrace.Engine.Outcomes;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>
/// What the trivial model of an endpoint knows before the first outcome: what the version that serves there learned from. One
/// that began with nothing would get better for weeks, and every version would look worse and worse against it.
/// </summary>
internal sealed class PrimeBaseline(ReadVersion data, MillraceFolder folder)
{
    /// <returns>The empty state where the data is gone, or holds no such column: a recipe may have derived it.</returns>
    public async Task<BaselineState> RunAsync(VersionFacts known, string? eventTime, CancellationToken ct)
    {
        if (await data.TrySummaryAsync(known.Dataset, known.DatasetVersion, ct) is null)
        {
            return new();
        }

        var snapshot = await data.RunAsync(known.Dataset, known.DatasetVersion, ct);
        return snapshot.Files.All(File.Exists)
            ? Read(folder.Root, snapshot.Files, snapshot.Schema, known.Card, eventTime, ct)
            : new();
    }

    /// <param name="root">Where larger-than-memory work goes.</param>
    /// <param name="files">Parquet.</param>
    /// <param name="schema">Theirs.</param>
    /// <param name="card">Names the item or target.</param>
    /// <param name="eventTime">The column by whose newest moment older rows fade; null where rows have no time.</param>
    /// <param name="ct">Stops the reading.</param>
    internal static BaselineState Read(
        string root,
        IReadOnlyList<string> files,
        IReadOnlyList<Column> schema,
        ModelCard card,
        string? eventTime,
        CancellationToken ct
    )
    {
        var wanted = card.Task == TaskKind.Recommend ? card.Item : card.Target;
        if (wanted is null || files.Count == 0 || !Has(schema, wanted))
        {
            return new();
        }

        using var duck = DuckSession.Open(Path.Combine(root, "spill"));
        var rows = $"read_parquet({Sql.Files(files)})";
        var column = Sql.Identifier(wanted);
        return card.Task switch
        {
            TaskKind.Recommend => new()
            {
                Items = Popularity(
                    duck,
                    rows,
                    column,
                    schema.Any(c => IsTime(c) && string.Equals(c.Name, eventTime, StringComparison.Ordinal))
                        ? Sql.Identifier(eventTime!)
                        : null,
                    ct
                ),
            },
            TaskKind.Regress => new() { Mean = Mean(duck, rows, column, ct) },
            _ => new() { Labels = Labels(duck, rows, column, card.Classes, ct) },
        };
    }

    private static bool Has(IReadOnlyList<Column> schema, string name) =>
        schema.Any(c => string.Equals(c.Name, name, StringComparison.Ordinal));

    /// <summary>A version that was trained before the loop declared its time may hold it as a number or a text.</summary>
    private static bool IsTime(Column column) => column.Type is ColumnType.Timestamp or ColumnType.Date;

    private static RunningPopularityState Popularity(
        DuckSession duck,
        string rows,
        string item,
        string? time,
        CancellationToken ct
    )
    {
        var newest = time is null
            ? (long?)null
            : duck.Query(
                $"SELECT max(epoch_us({time})) FROM {rows}",
                r => r.IsDBNull(0) ? (long?)null : r.GetInt64(0),
                ct
            )[0];
        var weight = newest is null
            ? "count(*)::DOUBLE"
            : $"sum(pow(2, (epoch_us({time}) - {newest}) / {RunningBaseline.HalfLife.TotalMicroseconds:F1}))";
        var heaviest = duck.Query(
            $"""
            SELECT {item}::VARCHAR, {weight} FROM {rows}
            WHERE {item} IS NOT NULL {(newest is null ? "" : $"AND {time} IS NOT NULL")}
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {RunningPopularity.MostItems}
            """,
            r => (Item: r.GetString(0), Weight: r.GetDouble(1)),
            ct
        );
        // Nobody knows how old rows without a time are: all together they weigh no more than they would among labels, or outcomes
        // would take months to be heard.
        var all = heaviest.Sum(h => h.Weight);
        var scale = newest is null && all > 0 ? Weight((long)all, RunningLabels.HalfLife) / all : 1;
        return new()
        {
            Landmark = newest is { } moment ? Micros.Moment(moment) : null,
            Kinds = [.. heaviest.Select(_ => ValueKind.String)],
            Items = [.. heaviest.Select(h => h.Item)],
            Weights = [.. heaviest.Select(h => h.Weight * scale)],
        };
    }

    /// <summary>As much as outcomes would weigh that came for ever, or as there are rows.</summary>
    private static double Weight(long rows, double halfLife) => Math.Min(rows, 1 / (1 - Math.Pow(2, -1 / halfLife)));

    private static RunningLabelsState Labels(
        DuckSession duck,
        string rows,
        string target,
        IReadOnlyList<string> classes,
        CancellationToken ct
    )
    {
        var counts = duck.Query(
            $"""
            SELECT {target}::VARCHAR, count(*) FROM {rows}
            WHERE {target} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {RunningLabels.MostClasses}
            """,
            r => (Label: r.GetString(0), Count: r.GetInt64(1)),
            ct
        );
        // A recipe may have made other classes of it: those of the files are then not what is predicted.
        var known = counts
            .Where(c => ScoreOutcome.Class(classes, c.Label) is not null)
            .GroupBy(c => ScoreOutcome.Class(classes, c.Label)!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(c => c.Count), StringComparer.Ordinal);
        var all = known.Values.Sum();
        var weight = Weight(all, RunningLabels.HalfLife);
        return new() { Weights = known.ToDictionary(k => k.Key, k => k.Value * weight / all, StringComparer.Ordinal) };
    }

    private static RunningMeanState Mean(DuckSession duck, string rows, string target, CancellationToken ct)
    {
        // Text that only the recipe makes a number of is none here.
        var number = $"TRY_CAST({target} AS DOUBLE)";
        var (mean, count) = duck.Query(
            $"SELECT avg({number}), count(*) FROM {rows} WHERE isfinite({number})",
            r => (r.IsDBNull(0) ? 0 : r.GetDouble(0), r.GetInt64(1)),
            ct
        )[0];
        var weight = Weight(count, RunningMean.HalfLife);
        return new() { Sum = mean * weight, Weight = weight };
    }
}
