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
