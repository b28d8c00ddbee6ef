using System.Globalization;
using Millrace.Demo;
using static Millrace.Demo.DemoStory;

namespace Millrace.Bench;

/// <summary>
/// What can be reached in the demonstration's world at all: by who knows everything but chance, and by popularity counted anew
/// every morning, with the half-life that turned out best. Where the world itself becomes harder to guess, no retraining brings
/// that back.
/// </summary>
internal static class DemoCeiling
{
    private const int Listed = 10;
    private static readonly double[] HalfLives = [3, 7, 14, 21];

    public static int Run(int seeds)
    {
        Console.WriteLine($"## What can be reached, {seeds} seeds");
        Console.WriteLine();
        Console.WriteLine("| seed | who knows all: before | after | kept | popularity by day: before | after | kept |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|");
        for (var seed = 1; seed <= seeds; seed++)
        {
            var (known, popular) = Live(seed);
            Console.WriteLine($"| {seed} | {Show(known)} | {Show(popular)} |");
        }

        return 0;
    }

    private static string Show((double Before, double After) rates) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{rates.Before:0.000} | {rates.After:0.000} | {rates.After / rates.Before:0 %}"
        );

    private static ((double Before, double After) Known, (double Before, double After) Popular) Live(int seed)
    {
        var service = new VideoService(Viewers, seed);
        var known = new Months();
        var counted = HalfLives
            .Select(life => (Life: life, Watched: new Dictionary<long, double>(), Months: new Months()))
            .ToList();
        for (var day = 0; day < Days; day++)
        {
            if (day == ShiftDay)
            {
                service.ShiftTastes();
            }

            // As of this morning: what is watched today is known tomorrow.
            var mornings = counted.ConvertAll(c => c.Watched.ToDictionary());
            foreach (var visit in service.Visits(day))
            {
                var unseen = IsCounted(day) ? service.Unseen(visit, day).ToList() : [];
                if (service.Watch(visit, day) is not { } view)
                {
                    continue;
                }

                known.Add(day, unseen.Take(Listed).Contains(view.Film));
                foreach (var (counts, morning) in counted.Zip(mornings))
                {
                    var most = unseen.OrderByDescending(f => morning.GetValueOrDefault(f)).Take(Listed);
                    counts.Months.Add(day, most.Contains(view.Film));
                    counts.Watched[view.Film] = counts.Watched.GetValueOrDefault(view.Film) + 1;
                }
            }

            foreach (var (life, watched, _) in counted)
            {
                foreach (var film in watched.Keys)
                {
                    watched[film] *= Math.Pow(0.5, 1 / life);
                }
            }
        }

        return ((known.Before, known.After), (counted.Max(c => c.Months.Before), counted.Max(c => c.Months.After)));
    }

    private static bool IsCounted(int day) => day is >= ShiftDay - Month and < ShiftDay or >= Days - Month;

    /// <summary>Hit rates of the month before the shift and of the last one.</summary>
    private sealed class Months
    {
        private readonly List<bool> before = [];
        private readonly List<bool> after = [];

        public double Before => before.Average(hit => hit ? 1 : 0);

        public double After => after.Average(hit => hit ? 1 : 0);

        public void Add(int day, bool hit)
        {
            if (IsCounted(day))
            {
                (day < ShiftDay ? before : after).Add(hit);
            }
        }
    }
}
