using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Engine.Evidence;

namespace Millrace.Bench;

/// <summary>
/// How soon harm is found and how often it is seen where there is none: ours beside its peers on the same seeded streams; and
/// the study of canaries.
/// </summary>
internal static class DetectorBench
{
    private static readonly double[] Rises = [0.05, 0.1, 0.2];

    private delegate Func<double, double, bool> Make();

    public static int Run()
    {
        var clock = Stopwatch.StartNew();
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"""
            # Detectors of harm

            {Machine.Describe()}, commit {Machine.Commit()}.

            `dotnet run --project bench/Millrace.Bench -c Release -- detectors`: seeded streams, the same for every detector. Delays are
            medians in outcomes over the streams in which nothing was said before the rise; "early" is the share of the others.
            "> 20000": in more than half of the streams the rise was not found within 20,000 outcomes. Ours promises a mean run length
            of at least 1e6, which allows about 1 % of streams of 10,000 outcomes to have a false alarm.

            ## Errors of 10 %, rising to 15 / 20 / 30 %
            """
        );
        (string, Make)[] plain =
        [
            (
                "ours, reference known",
                Ours(
                    new()
                    {
                        Prior = DetectorStreams.Error,
                        PriorWeight = double.PositiveInfinity,
                        Tolerance = 0,
                    }
                )
            ),
            ("ours, reference learned", Ours(new())),
            ("ADWIN(0.002)", Peer(() => new Adwin(0.002))),
            ("Page-Hinkley(50)", Peer(() => new PageHinkley(50))),
            ("DDM", Peer(() => new Ddm())),
        ];
        Delays(text, plain, [250, 500, 1000, 5000], DetectorStreams.Plain, 600);
        text.AppendLine().AppendLine("## The same stationary: streams with a false alarm").AppendLine();
        FalseAlarms(text, plain, DetectorStreams.Plain);

        text.AppendLine()
            .AppendLine(
                """
                ## Difficulty that varies by day

                Days of 500 outcomes; each day's log-odds of an error have a deviation of 0.4, for the model (10 % on a middling day)
                and the trivial model (25 %) alike. The rise is of the model alone, after ten days.
                """
            );
        (string, Make)[] daily =
        [
            ("ours, with the trivial model", Paired(new())),
            ("ours, own loss only", Ours(new())),
            .. plain[2..],
        ];
        Delays(text, daily, [5000], DetectorStreams.Daily, 400);
        text.AppendLine();
        FalseAlarms(text, daily, DetectorStreams.Daily);

        text.AppendLine()
            .AppendLine(
                """
                ## Losses that are not right or wrong

                Squares of uniform numbers (mean 1/3), rising by 0.05 / 0.1 / 0.2, each cut at 1.
                """
            );
        (string, Make)[] squares = [plain[1], .. plain[2..4]];
        Delays(text, squares, [1000], DetectorStreams.Squares, 400);
        text.AppendLine();
        FalseAlarms(text, squares, DetectorStreams.Squares);
        Decay(text);
        CanaryStudy.Run(text);
        Console.Write(text);
        File.WriteAllText(Path.Combine(Machine.Root, "bench", "results", "detectors.md"), text.ToString());
        Console.Error.WriteLine($"{clock.Elapsed.TotalSeconds:0} s");
        return 0;
    }

    private static Make Peer(Func<IPeerDetector> make) =>
        () =>
        {
            var peer = make();
            return (loss, _) => peer.Add(loss);
        };

    private static Make Ours(HarmOptions options) =>
        () =>
        {
            var detector = new HarmDetector(options);
            return (loss, _) =>
            {
                detector.Add(loss);
                return detector.IsHarm;
            };
        };

    private static Make Paired(HarmOptions options) =>
        () =>
        {
            var detector = new HarmDetector(options);
            return (loss, baseline) =>
            {
                detector.Add(loss, baseline);
                return detector.IsHarm;
            };
        };

    private static void Delays(
        StringBuilder text,
        (string Name, Make Make)[] detectors,
        int[] before,
        Func<int, Func<double, (double, double)>> stream,
        int streams
    )
    {
        text.AppendLine()
            .AppendLine("| | outcomes before | median delays | early |")
            .AppendLine("|---|---:|---:|---:|");
        foreach (var (name, make) in detectors)
        {
            foreach (var count in before)
            {
                var delays = new List<string>();
                var early = 0;
                foreach (var rise in Rises)
                {
                    var found = new int?[streams];
                    Parallel.For(0, streams, s => found[s] = Delay(make(), stream(s), count, rise));
                    early += found.Count(d => d is null);
                    var sorted = found.OfType<int>().Order().ToList();
                    delays.Add(
                        sorted.Count == 0 ? "–"
                        : sorted[sorted.Count / 2] >= 20_000 ? "> 20000"
                        : sorted[sorted.Count / 2].ToString(CultureInfo.InvariantCulture)
                    );
                }

                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {count} | {string.Join(" / ", delays)} | {100.0 * early / (Rises.Length * streams):0.0} % |"
                );
            }
        }
    }

    private static int? Delay(
        Func<double, double, bool> detector,
        Func<double, (double, double)> stream,
        int before,
        double rise
    )
    {
        for (var i = 0; i < before; i++)
        {
            var (loss, baseline) = stream(0);
            if (detector(loss, baseline))
            {
                return null;
            }
        }

        for (var i = 1; i < 20_000; i++)
        {
            var (loss, baseline) = stream(rise);
            if (detector(loss, baseline))
            {
                return i;
            }
        }

        return 20_000;
    }

    private static void FalseAlarms(
        StringBuilder text,
        (string Name, Make Make)[] detectors,
        Func<int, Func<double, (double, double)>> stream
    )
    {
        text.AppendLine("| | of 10,000 outcomes | of 100,000 |").AppendLine("|---|---:|---:|");
        foreach (var (name, make) in detectors)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {name} | {Share(make, stream, 10_000, 2000):0.0} % | {Share(make, stream, 100_000, 100):0} % |"
            );
        }
    }

    private static double Share(Make make, Func<int, Func<double, (double, double)>> stream, int length, int streams)
    {
        var alarms = 0;
        Parallel.For(
            0,
            streams,
            s =>
            {
                var detector = make();
                var next = stream(1_000_000 + s);
                for (var i = 0; i < length; i++)
                {
                    var (loss, baseline) = next(0);
                    if (detector(loss, baseline))
                    {
                        Interlocked.Increment(ref alarms);
                        return;
                    }
                }
            }
        );
        return 100.0 * alarms / streams;
    }

    /// <summary>A recommender that gets a point worse each day, and one that does not.</summary>
    private static void Decay(StringBuilder text)
    {
        text.AppendLine()
            .AppendLine(
                """
                ## A recommender with a hit rate of 20 %, 500 outcomes a day

                It loses one point a day from its first day on, down to 8 %; the trivial model stays near 12 %. Days' log-odds have a
                deviation of 0.1. "Day": the median day on which harm is said; "false": streams of 100 days without decay that have an alarm.

                | tolerance | reference | day, compared | day, own loss only | false, compared | false, own loss only |
                |---:|---:|---:|---:|---:|---:|
                """
            );
        foreach (var tolerance in new[] { 0.005, 0.01, 0.02, 0.03 })
        {
            foreach (var reference in new[] { 500, 2000 })
            {
                var options = new HarmOptions { Tolerance = tolerance, Reference = reference };
                Make[] makes = [Paired(options), Ours(options)];
                var days = makes.Select(Day);
                var alarms = makes.Select(m => Share(m, s => DetectorStreams.Days(s, 0.8, 0.88, 0.1), 50_000, 200));
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {tolerance} | {reference} | {string.Join(" | ", days.Select(d => d.ToString("0.0", CultureInfo.InvariantCulture)))} | {string.Join(" | ", alarms.Select(a => a.ToString("0.0", CultureInfo.InvariantCulture) + " %"))} |"
                );
            }
        }
    }

    private static double Day(Make make)
    {
        var days = new double[200];
        Parallel.For(
            0,
            days.Length,
            s =>
            {
                var detector = make();
                var next = DetectorStreams.Days(s, 0.8, 0.88, 0.1);
                for (var i = 0; i < 50_000; i++)
                {
                    var (loss, baseline) = next(0.01 * Math.Min(12, i / 500));
                    days[s] = (i + 1) / 500.0;
                    if (detector(loss, baseline))
                    {
                        return;
                    }
                }
            }
        );
        return Machine.Median(days);
    }
}
