using System.Globalization;
using System.Text;
using Millrace.Engine.Evidence;

namespace Millrace.Bench;

/// <summary>How soon a canary is called worse or safe, beside a fixed test that is looked at again and again.</summary>
internal static class CanaryStudy
{
    public static void Run(StringBuilder text)
    {
        text.AppendLine()
            .AppendLine(
                """
                ## A canary beside its champion

                Errors of 10 %, nine of the champion's outcomes to one of the canary's, 5,000 of the canary's at most. Betting at 1 %, looked
                at after every label, beside a fixed one-sided z-test of two proportions looked at every 50 labels. Rolled back, and the median
                number of the canary's labels until then.

                | | equal | + 3 points | + 5 points | + 10 points |
                |---|---:|---:|---:|---:|
                """
            );
        (string, Func<Func<int, int, bool>>)[] tests =
        [
            ("betting, 1 %", () => Betting(t => t.WorseEvidence >= 100, 0.02)),
            ("z-test peeked at, 1 %", () => Peeking(2.326)),
            ("z-test peeked at, 5 %", () => Peeking(1.645)),
        ];
        foreach (var (name, make) in tests)
        {
            var cells = new[] { 0, 0.03, 0.05, 0.1 }.Select(rise =>
            {
                var (share, median) = Rolled(make, rise, 5000, 2000);
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{share:0.0} %{(rise > 0 ? $" after {median:0}" : "")}"
                );
            });
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {string.Join(" | ", cells)} |");
        }

        text.AppendLine()
            .AppendLine(
                """
                Called safe at 1 %, the median number of the canary's labels until then (at most 30,000), and how often a canary that is worse
                by the whole margin is called safe:

                | margin | equal | 2 points better | worse by the margin |
                |---:|---:|---:|---:|
                """
            );
        foreach (var margin in new[] { 0.01, 0.02, 0.03 })
        {
            Func<Func<int, int, bool>> make = () => Betting(t => t.SafeEvidence >= 100, margin);
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {margin} | {Rolled(make, 0, 30_000, 200).Median:0} | {Rolled(make, -0.02, 30_000, 200).Median:0} | {Rolled(make, margin, 10_000, 1000).Share:0.0} % |"
            );
        }

        RunOverUsers(text);
    }

    /// <summary>
    /// A recommender's users stay with one version. Where they differ in how easily they are pleased, the two groups differ though the
    /// models do not, the more so the fewer there are.
    /// </summary>
    private static void RunOverUsers(StringBuilder text)
    {
        text.AppendLine()
            .AppendLine(
                """
                Users who stay with one version, as a recommender's do: two equal models with a hit rate of 20 %, a tenth of the users
                with the canary, 5,000 of its outcomes at most, from users drawn alike. Users' own hit rates have a deviation as given
                (a beta distribution). Rolled back, though equal, at 1 %:

                | users | all alike | deviation of 5 points | of 10 points | of 20 points |
                |---:|---:|---:|---:|---:|
                """
            );
        foreach (var users in new[] { 200, 2000, 20_000 })
        {
            var cells = new[] { 0, 0.05, 0.1, 0.2 }.Select(deviation =>
                string.Create(CultureInfo.InvariantCulture, $"{RolledOverUsers(users, deviation):0.0} %")
            );
            text.AppendLine(CultureInfo.InvariantCulture, $"| {users:N0} | {string.Join(" | ", cells)} |");
        }
    }

    private static double RolledOverUsers(int users, double deviation)
    {
        const int Streams = 500;
        const double HitRate = 0.2;
        var rolled = 0;
        Parallel.For(
            0,
            Streams,
            s =>
            {
                var random = new Random(s);
                var hits = new double[users];
                for (var user = 0; user < users; user++)
                {
                    hits[user] = deviation > 0 ? Beta(random, HitRate, deviation) : HitRate;
                }

                var test = Betting(t => t.WorseEvidence >= 100, 0.02);
                for (var label = 0; label < 5000; )
                {
                    // In no order, so that the first tenth are drawn by lot.
                    var user = random.Next(users);
                    var loss = random.NextDouble() < hits[user] ? 0 : 1;
                    if (user >= users / 10)
                    {
                        test(loss, -1);
                        continue;
                    }

                    label++;
                    if (test(-1, loss))
                    {
                        Interlocked.Increment(ref rolled);
                        return;
                    }
                }
            }
        );
        return 100.0 * rolled / Streams;
    }

    /// <summary>By mean and deviation; gamma variates by Marsaglia and Tsang (2000).</summary>
    private static double Beta(Random random, double mean, double deviation)
    {
        var size = (mean * (1 - mean) / (deviation * deviation)) - 1;
        var (a, b) = (Gamma(random, mean * size), Gamma(random, (1 - mean) * size));
        return a / (a + b);
    }

    private static double Gamma(Random random, double shape)
    {
        if (shape < 1)
        {
            return Gamma(random, shape + 1) * Math.Pow(random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        while (true)
        {
            var x = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var v = Math.Pow(1 + (x / Math.Sqrt(9 * d)), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    private static Func<int, int, bool> Betting(Func<ComparisonTest, bool> isDecided, double margin)
    {
        var test = new ComparisonTest(margin);
        return (champion, challenger) =>
        {
            if (champion >= 0)
            {
                test.AddChampion(champion);
                return false;
            }

            test.AddChallenger(challenger);
            return isDecided(test);
        };
    }

    private static Func<int, int, bool> Peeking(double z)
    {
        double championErrors = 0,
            champions = 0,
            errors = 0,
            count = 0;
        return (champion, challenger) =>
        {
            if (champion >= 0)
            {
                championErrors += champion;
                champions++;
                return false;
            }

            errors += challenger;
            count++;
            var pooled = (errors + championErrors) / (count + champions);
            var deviation = Math.Sqrt(pooled * (1 - pooled) * ((1 / count) + (1 / champions)));
            return count % 50 == 0 && (errors / count) - (championErrors / champions) > z * deviation;
        };
    }

    private static (double Share, double Median) Rolled(
        Func<Func<int, int, bool>> make,
        double rise,
        int most,
        int streams
    )
    {
        var labels = new double[streams];
        Parallel.For(
            0,
            streams,
            s =>
            {
                var random = new Random(s);
                var test = make();
                labels[s] = double.PositiveInfinity;
                for (var label = 1; label <= most; label++)
                {
                    for (var i = 0; i < 9; i++)
                    {
                        test(random.NextDouble() < DetectorStreams.Error ? 1 : 0, -1);
                    }

                    if (test(-1, random.NextDouble() < DetectorStreams.Error + rise ? 1 : 0))
                    {
                        labels[s] = label;
                        return;
                    }
                }
            }
        );
        return (100.0 * labels.Count(double.IsFinite) / streams, Machine.Median(labels));
    }
}
