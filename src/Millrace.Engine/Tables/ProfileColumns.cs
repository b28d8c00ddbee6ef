using System.Globalization;

namespace Millrace.Engine.Tables;

/// <summary>
/// Describes every column of Parquet files. Columns with few distinct values are grouped once, and everything follows from
/// the groups, exactly. Of the others the footers give the extremes, one scan the distinct estimates, a systematic sample of
/// rows the quantiles and the candidates for the most frequent values, and one scan of each its moments and histogram.
/// </summary>
public static class ProfileColumns
{
    /// <summary>Rows up to which every column is grouped.</summary>
    private const long GroupAll = 200_000;

    /// <summary>Columns of a small table that are read together: reading one of thousands costs a look at all.</summary>
    private const int ReadTogether = 64;
    private const long SampleRows = 200_000;

    /// <summary>In a large column of many values, one is worth naming from this share of the rows on.</summary>
    private const double WorthNaming = 1e-4;
    private const int TopCount = 10;

    public static IReadOnlyList<ColumnProfile> Run(
        DuckSession duck,
        IReadOnlyList<string> files,
        IReadOnlyList<Column> columns,
        CancellationToken ct
    )
    {
        var facts = ParquetFacts.Of(duck, files, ct);
        if (facts.Rows <= GroupAll)
        {
            return [.. columns.Chunk(ReadTogether).SelectMany(some => Copied(duck, files, some, facts.Rows, ct))];
        }

        var profiles = new ColumnProfile[columns.Count];
        var wide = new List<int>();
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Type == ColumnType.Bool || facts.Columns[i].HasDictionary)
            {
                profiles[i] = Grouped(duck, ProfileSql.Rows(files), columns[i], facts.Rows, ct);
            }
            else
            {
                wide.Add(i);
            }
        }

        if (wide.Count > 0)
        {
            Scanned(duck, files, [.. wide.Select(i => columns[i])], facts.Rows, ct)
                .Zip(wide)
                .ToList()
                .ForEach(p => profiles[p.Second] = p.First);
        }

        return profiles;
    }

    private static List<ColumnProfile> Copied(
        DuckSession duck,
        IReadOnlyList<string> files,
        IReadOnlyList<Column> columns,
        long rows,
        CancellationToken ct
    )
    {
        duck.Execute(ProfileSql.Copy(files, columns), ct);
        return [.. columns.Select(c => Grouped(duck, ProfileSql.Copied, c, rows, ct))];
    }

    private static ColumnProfile Grouped(
        DuckSession duck,
        string source,
        Column column,
        long rows,
        CancellationToken ct
    )
    {
        duck.Execute(ProfileSql.Group(source, column), ct);
        var extremes = duck.Query(
            ProfileSql.GroupExtremes(column),
            r => (Values: r.GetInt64(0), Distinct: r.GetInt64(1), Min: Text(r, 2), Max: Text(r, 3)),
            ct
        )[0];
        var top = duck.Query(
            ProfileSql.GroupTop(column, TopCount),
            r => new ValueCount(r.GetString(0), r.GetInt64(1)),
            ct
        );
        var profile = new ColumnProfile
        {
            Name = column.Name,
            Type = column.Type,
            Count = rows,
            Nulls = rows - extremes.Values,
            DistinctEstimate = extremes.Distinct,
            Min = extremes.Min,
            Max = extremes.Max,
            Top = top,
        };
        if (!ProfileSql.IsOrdered(column.Type) || extremes.Values == 0)
        {
            return profile;
        }

        var numbers = duck.Query(
            ProfileSql.GroupNumbers(),
            r => Enumerable.Range(0, 9).Select(i => r.IsDBNull(i) ? double.NaN : r.GetDouble(i)).ToArray(),
            ct
        )[0];
        if (double.IsNaN(numbers[0]))
        {
            return profile;
        }

        var bins = Binning.Of(column.Type, numbers[7], numbers[8]);
        var counts = duck.Query(
            ProfileSql.GroupHistogram(bins),
            r => (Bin: (int)r.GetFieldValue<sbyte>(0), Count: r.GetInt64(1)),
            ct
        );
        return profile with
        {
            Mean = numbers[0],
            StandardDeviation = double.IsNaN(numbers[1]) ? null : numbers[1],
            Quantiles = numbers[2..7],
            Histogram = bins.Fill(counts),
        };
    }

    private static List<ColumnProfile> Scanned(
        DuckSession duck,
        IReadOnlyList<string> files,
        IReadOnlyList<Column> columns,
        long rows,
        CancellationToken ct
    )
    {
        var extremes = duck.Query(
            ProfileSql.Extremes(files, columns),
            r =>
                columns
                    .Select(
                        (_, i) =>
                            (
                                Values: r.GetInt64(i * 5),
                                Min: Text(r, (i * 5) + 1),
                                Max: Text(r, (i * 5) + 2),
                                Low: Number(r, (i * 5) + 3),
                                High: Number(r, (i * 5) + 4)
                            )
                    )
                    .ToList(),
            ct
        )[0];
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Type == ColumnType.Double && !double.IsFinite(extremes[i].Low + extremes[i].High))
            {
                var (low, high) = duck.Query(
                    ProfileSql.FiniteExtremes(files, columns[i]),
                    r => (Number(r, 0), Number(r, 1)),
                    ct
                )[0];
                extremes[i] = extremes[i] with { Low = low, High = high };
            }
        }

        var distinct = duck.Query(
            ProfileSql.Distinct(files, columns),
            r => columns.Select((_, i) => r.GetInt64(i)).ToList(),
            ct
        )[0];
        var sample = duck.Query(
            ProfileSql.Sample(files, columns, Math.Max(1, rows / SampleRows)),
            r =>
                columns
                    .Select(
                        (_, i) =>
                            (
                                Quantiles: r.IsDBNull(i * 2) ? [] : ((List<double>)r.GetValue(i * 2)).ToArray(),
                                Candidates: r.IsDBNull((i * 2) + 1) ? [] : (List<string>)r.GetValue((i * 2) + 1)
                            )
                    )
                    .ToList(),
            ct
        )[0];
        var profiles = new List<ColumnProfile>();
        for (var i = 0; i < columns.Count; i++)
        {
            var (column, seen) = (columns[i], extremes[i]);
            var profile = new ColumnProfile
            {
                Name = column.Name,
                Type = column.Type,
                Count = rows,
                Nulls = rows - seen.Values,
                Min = seen.Min,
                Max = seen.Max,
                DistinctEstimate = Math.Min(distinct[i], seen.Values),
                Top = Top(duck, files, column, sample[i].Candidates, distinct[i], seen.Values, ct),
            };
            profiles.Add(
                double.IsNaN(seen.Low)
                    ? profile
                    : Moments(
                        duck,
                        files,
                        column,
                        Binning.Of(column.Type, seen.Low, seen.High),
                        profile with
                        {
                            Quantiles = sample[i].Quantiles,
                        },
                        ct
                    )
            );
        }

        return profiles;
    }

    private static List<ValueCount> Top(
        DuckSession duck,
        IReadOnlyList<string> files,
        Column column,
        List<string> candidates,
        long distinct,
        long values,
        CancellationToken ct
    ) =>
        candidates.Count == 0 || distinct > values * 0.9
            ? []
            :
            [
                .. duck.Query(
                        ProfileSql.CountThese(
                            files,
                            column,
                            candidates.Where(c => !c.Contains('\0', StringComparison.Ordinal))
                        ),
                        r => new ValueCount(r.GetString(0), r.GetInt64(1)),
                        ct
                    )
                    .Where(v => v.Count >= values * WorthNaming)
                    .Take(TopCount),
            ];

    /// <summary>Mean and deviation put together from those of the bins (Chan, Golub, LeVeque 1979), which loses no digits.</summary>
    private static ColumnProfile Moments(
        DuckSession duck,
        IReadOnlyList<string> files,
        Column column,
        Binning bins,
        ColumnProfile profile,
        CancellationToken ct
    )
    {
        var parts = duck.Query(
            ProfileSql.Bins(files, column, bins),
            r =>
                (
                    Bin: (int)r.GetFieldValue<sbyte>(0),
                    Count: r.GetInt64(1),
                    Mean: r.GetDouble(2),
                    Variance: r.GetDouble(3)
                ),
            ct
        );
        double count = parts.Sum(p => p.Count);
        var mean = parts.Sum(p => p.Count / count * p.Mean);
        var squares = parts.Sum(p => p.Count * (p.Variance + ((p.Mean - mean) * (p.Mean - mean))));
        return profile with
        {
            Mean = mean,
            StandardDeviation = count > 1 ? Math.Sqrt(squares / (count - 1)) : null,
            Histogram = bins.Fill(parts.Select(p => (p.Bin, p.Count))),
        };
    }

    /// <returns>NaN where there is none.</returns>
    private static double Number(DuckDB.NET.Data.DuckDBDataReader row, int index) =>
        row.IsDBNull(index) ? double.NaN : row.GetDouble(index);

    private static string? Text(DuckDB.NET.Data.DuckDBDataReader row, int index) =>
        row.IsDBNull(index) ? null : Convert.ToString(row.GetValue(index), CultureInfo.InvariantCulture);
}
