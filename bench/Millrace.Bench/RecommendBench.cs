using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;
using Millrace.Engine.Training.Metrics;
using Millrace.Engine.Training.Recommend;
using Millrace.Engine.Work;

namespace Millrace.Bench;

/// <summary>
/// Recommenders over the film ratings as they came: every day of a part of the data, a model of all days before recommends, and the
/// day's ratings are the test. Parameters were chosen on the second quarter; the report is about the second half.
/// </summary>
internal static class RecommendBench
{
    private const long Day = 86_400;

    public static int Run(string file)
    {
        var ratings = Read(file);
        var half = ratings.Count / 2;
        var models = Models().ToList();
        var daily = Test(ratings, half, daily: true, models);
        var frozen = Test(ratings, half, daily: false, models);
        var lines = models.Select(
            (model, i) =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {model.Name} | {daily[i].Metrics["hit_rate@10"]:P2} | {daily[i].Metrics["ndcg@10"]:0.0000} | {frozen[i].Metrics["hit_rate@10"]:P2} | {frozen[i].Seconds:0.00} s |"
                )
        );
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Recommenders on film ratings

            {Machine.Describe()}, commit {Machine.Commit()}.

            `dotnet run --project bench/Millrace.Bench -c Release -- recommend movietweetings_ratings.csv.gz`: the {ratings.Count
                - half}
            ratings of the second half, in the order of time, each a test event if the user had not rated that film before; all
            items compete, none is sampled. "Daily": a model of all ratings before the day. "Frozen": one model of the first half.

            | model | hit rate@10, daily | NDCG@10, daily | hit rate@10, frozen | training once |
            |---|---:|---:|---:|---:|
            {string.Join('\n', lines)}

            """
        );
        Console.WriteLine(report);
        File.WriteAllText(Path.Combine(Machine.Root, "bench", "results", "recommend.md"), report);
        return 0;
    }

    private static IEnumerable<(string Name, Func<Interactions, RecommenderModel> Train)> Models()
    {
        yield return ("baseline: most popular ever", x => TrainRecommender.Popular(x, TimeSpan.Zero));
        foreach (var halfLife in new[] { "1d", "2d", "3d", "7d", "14d", "30d" })
        {
            yield return (
                $"popularity, half_life {halfLife}",
                x => Train(x, Algorithm.Popularity, ("half_life", halfLife))
            );
        }
        yield return (
            "item_knn, popularity only to fill up",
            x => Train(x, Algorithm.ItemKnn, ("popularity_weight", "0.0001"))
        );
        yield return (
            "item_knn, popularity_half_life 2d",
            x => Train(x, Algorithm.ItemKnn, ("popularity_half_life", "2d"))
        );
        yield return ("item_knn as it is by default", x => Train(x, Algorithm.ItemKnn));
    }

    private static RecommenderModel Train(
        Interactions data,
        Algorithm algorithm,
        params (string Name, string Value)[] parameters
    )
    {
        var declared = new AlgorithmDeclaration(
            algorithm.Name,
            parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal)
        );
        return TrainRecommender.Run(
            data,
            algorithm,
            algorithm.Resolve(declared),
            new Silence(),
            CancellationToken.None
        );
    }

    private static (Dictionary<string, double> Metrics, double Seconds)[] Test(
        List<Rating> ratings,
        int from,
        bool daily,
        List<(string Name, Func<Interactions, RecommenderModel> Train)> models
    )
    {
        var metrics = models.ConvertAll(_ => new RankingMetrics([10]));
        var seconds = new double[models.Count];
        for (var at = from; at < ratings.Count; )
        {
            var midnight = ratings[at].Time / Day * Day;
            var end = daily ? ratings.FindIndex(at, r => r.Time >= midnight + Day) : ratings.Count;
            end = end < 0 ? ratings.Count : end;
            var known = ratings.Take(at).Where(r => !daily || r.Time < midnight).ToList();
            var data = Group(known);
            var had = known.Select(r => (r.User, r.Item)).ToHashSet();
            var test = ratings[at..end].Where(r => !had.Contains((r.User, r.Item))).ToLookup(r => r.User);
            for (var i = 0; i < models.Count; i++)
            {
                var clock = Stopwatch.StartNew();
                var model = models[i].Train(data);
                seconds[i] = clock.Elapsed.TotalSeconds;
                Ask(model, data, test, metrics[i]);
            }
            at = end;
        }
        return [.. metrics.Select((m, i) => (m.Compute(), seconds[i]))];
    }

    private static void Ask(
        RecommenderModel model,
        Interactions data,
        ILookup<long, Rating> test,
        RankingMetrics metrics
    )
    {
        var users = Number(data.Users);
        var best = new (int Item, double Score)[10];
        foreach (var user in test)
        {
            var wanted = user.Select(r => Value.Of(r.Item)).ToHashSet();
            var found = model.Recommend(users.GetValueOrDefault(Value.Of(user.Key), -1), best);
            metrics.Add([.. best.Take(found).Select(b => wanted.Contains(data.Items[b.Item]))], wanted.Count);
        }
    }

    private static Interactions Group(List<Rating> ratings)
    {
        var newest = ratings[^1].Time;
        Value[] users = [.. ratings.Select(r => r.User).Distinct().Order().Select(Value.Of)];
        Value[] items = [.. ratings.Select(r => r.Item).Distinct().Order().Select(Value.Of)];
        var (userNumbers, itemNumbers) = (Number(users), Number(items));
        var pairs = ratings
            .GroupBy(r => (r.User, r.Item))
            .Select(g => g.Last())
            .OrderBy(r => r.User)
            .ThenByDescending(r => r.Time)
            .ToList();
        var starts = new int[users.Length + 1];
        for (var i = 0; i < pairs.Count; i++)
        {
            starts[userNumbers[Value.Of(pairs[i].User)] + 1] = i + 1;
        }
        return new Interactions(
            users,
            items,
            starts,
            [.. pairs.Select(p => itemNumbers[Value.Of(p.Item)])],
            [.. pairs.Select(p => (float)(newest - p.Time))],
            [.. pairs.Select(_ => true)]
        );
    }

    private static Dictionary<Value, int> Number(Value[] ids) =>
        ids.Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i);

    private static List<Rating> Read(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var ratings = new List<Rating>();
        for (reader.ReadLine(); reader.ReadLine() is { } line; )
        {
            var cells = line.Split(',');
            ratings.Add(new(Number(cells[0]), Number(cells[1]), Number(cells[3])));
        }
        return [.. ratings.OrderBy(r => r.Time)];

        static long Number(string cell) => long.Parse(cell, CultureInfo.InvariantCulture);
    }

    private sealed record Rating(long User, long Item, long Time);

    private sealed class Silence : IWorkSink
    {
        public void Progress(double? done, string doing) { }

        public void Metric(string key, double value, long step) { }

        public void Log(string line) { }
    }
}
