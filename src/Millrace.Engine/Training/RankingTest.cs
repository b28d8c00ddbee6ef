using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training.Metrics;
using Millrace.Engine.Training.Recommend;

namespace Millrace.Engine.Training;

/// <summary>Asks a recommender for every test user's list, and counts. Definitions at <see cref="RankingMetrics"/>.</summary>
internal static class RankingTest
{
    private const int FewestEvents = 10;

    private static readonly int[] Usual = [5, 10, 20];

    /// <summary>The k that are always reported, and those that the declaration or its gates ask for.</summary>
    public static IReadOnlyList<int> Cutoffs(IEnumerable<string?> metrics) =>
        [.. Usual.Concat(metrics.Select(m => m is null ? null : MetricNames.Cutoff(m)).OfType<int>()).Distinct()];

    public static long Events(IReadOnlyList<TestUser> users)
    {
        var events = users.Sum(u => (long)u.Items.Count);
        return events >= FewestEvents
            ? events
            : throw Refusal.Invalid(
                $"The split leaves {events} test events that are liked and new to their users; at least {FewestEvents} are needed to say anything. Raise the test share, or bring more rows."
            );
    }

    /// <param name="recommend">The list of so many items for a user, as the raw rows name him.</param>
    public static Dictionary<string, double> Run(
        IReadOnlyList<TestUser> users,
        IReadOnlyList<int> cutoffs,
        Func<Value, int, IReadOnlyList<ScoredItem>> recommend,
        CancellationToken ct
    )
    {
        var metrics = new RankingMetrics(cutoffs);
        var hits = new bool[metrics.MaxCutoff];
        foreach (var user in users)
        {
            ct.ThrowIfCancellationRequested();
            var wanted = user.Items.ToHashSet();
            var list = recommend(user.RawUser, hits.Length);
            for (var i = 0; i < hits.Length; i++)
            {
                hits[i] = i < list.Count && wanted.Contains(list[i].Item);
            }
            metrics.Add(hits, wanted.Count);
        }
        return metrics.Compute();
    }
}
