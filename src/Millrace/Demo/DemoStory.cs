using System.Text.Json;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Demo;

/// <summary>
/// The days of a video service whose subscribers' tastes shift overnight, lived through the public API alone: viewers are
/// recommended films, what they watch comes back as outcomes, and the loop does the rest. One viewer in ten is served by the
/// first version to the end: they show what never retraining would have been.
/// </summary>
internal sealed class DemoStory(
    MillraceClient client,
    SimulatedClock clock,
    VideoService service,
    int? shiftDay,
    Action<int, string> tell
)
{
    public const int Viewers = 12_000;
    public const int FirstLiveDay = 30;
    public const int ShiftDay = 60;
    public const int Days = 120;

    /// <summary>Days over which hit rates before and after the shift are taken: long, because some weeks' films are easier to guess.</summary>
    public const int Month = 30;
    private const int AtOnce = 64;

    /// <summary>As long as the loop takes to look twice.</summary>
    private const int LooksAtHarm = 4;
    private const int HoldOut = 10;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly EndpointName Live = new("demo");
    private static readonly EndpointName Frozen = new("demo-never-retrained");
    private static readonly LoopName Loop = new("demo");
    private readonly Daily live = new();
    private readonly Daily never = new();
    private readonly HashSet<int> begun = [];
    private readonly List<int> harmDays = [];
    private int told;
    private long sent;

    /// <summary>From the first day on which the loop's first version serves to the last.</summary>
    public async Task<DemoResult> RunAsync(CancellationToken ct)
    {
        await HoldOutAsync(ct);
        for (var day = FirstLiveDay; day < Days; day++)
        {
            if (day == shiftDay)
            {
                service.ShiftTastes();
                tell(day, "Overnight, tastes shift.");
            }

            await LiveAsync(day, ct);
            await SettleAsync(day, ct);
        }

        return Result(await client.LoopAsync(Loop, ct));
    }

    /// <summary>The first version, at an endpoint that nothing watches and nothing retrains.</summary>
    private async Task HoldOutAsync(CancellationToken ct)
    {
        var loop = await client.LoopAsync(Loop, ct);
        await client.DeployAsync(
            Frozen,
            new DeployRequest(loop.Model!.Model, loop.Model.Version, "To see what never retraining would have been"),
            ct
        );
    }

    private async Task LiveAsync(int day, CancellationToken ct)
    {
        // An hour at a time: within it, people do not wait for each other.
        foreach (var hour in service.Visits(day).GroupBy(v => v.At.Hour))
        {
            clock.MoveTo(hour.First().At);
            var outcomes = new List<OutcomeRequest>();
            foreach (var some in hour.Chunk(AtOnce))
            {
                var answers = await Task.WhenAll(some.Select(v => PredictAsync(v, ct)));
                foreach (var (visit, answer) in some.Zip(answers))
                {
                    if (Watch(visit, day, answer) is { } outcome)
                    {
                        outcomes.Add(outcome);
                    }
                }
            }

            if (outcomes.Count > 0)
            {
                await client.SendOutcomesAsync(outcomes, ct);
                sent += outcomes.Count;
            }
        }

        clock.MoveTo(VideoService.FirstDay.AddDays(day + 1));
    }

    private Task<PredictionView> PredictAsync(VideoService.Visit visit, CancellationToken ct) =>
        client.PredictAsync(
            IsHeldOut(visit) ? Frozen : Live,
            JsonSerializer.SerializeToElement(
                new Dictionary<string, int>(StringComparer.Ordinal) { ["user_id"] = visit.Viewer }
            ),
            ct
        );

    /// <returns>What is sent back; null where he watched nothing, or belongs to those whom nothing is learned from.</returns>
    private OutcomeRequest? Watch(VideoService.Visit visit, int day, PredictionView answer)
    {
        var list = answer.Items!.Select(i => i.Item.GetInt64()).ToList();
        if (service.Watch(visit, day) is not { } view)
        {
            return null;
        }

        (IsHeldOut(visit) ? never : live).Add(day, list.Contains(view.Film));
        return IsHeldOut(visit)
            ? null
            : new OutcomeRequest
            {
                PredictionId = PredictionId.Parse(answer.PredictionId, null),
                Outcome = JsonSerializer.SerializeToElement(
                    new Dictionary<string, long>(StringComparer.Ordinal)
                    {
                        ["movie_id"] = view.Film,
                        ["rating"] = view.Rating,
                    }
                ),
                At = visit.At.AddMinutes(10),
            };
    }

    private static bool IsHeldOut(VideoService.Visit visit) => visit.Viewer % HoldOut == 0;

    /// <summary>
    /// A simulated day takes a second, a training too: time stands still at midnight until what came in is joined and no
    /// training is at work. A rollout goes on by day.
    /// </summary>
    private async Task SettleAsync(int day, CancellationToken ct)
    {
        var monitor = await client.MonitorAsync(Live, ct);
        while (monitor.Outcomes.Joined + monitor.Outcomes.Unknown < sent)
        {
            await Task.Delay(Look, TimeProvider.System, ct);
            monitor = await client.MonitorAsync(Live, ct);
        }

        // What ends from here on ends at midnight, which is the next day's.
        TellTenDays(day, monitor);
        for (var looks = 1; ; looks++)
        {
            var loop = await client.LoopAsync(Loop, ct);
            await TellHarmAsync(ct);
            Tell(loop);
            var isTraining =
                loop.Retrainings[0].State == RetrainingState.Running
                && loop.Stages.FirstOrDefault(s => s.Name is "deploy")?.State != StageState.Running;
            // Harm that was just seen is acted on at the loop's next look, or after its cooldown.
            if (!isTraining && (monitor.Harm.Phase != HarmPhase.Harm || looks > LooksAtHarm))
            {
                return;
            }

            await Task.Delay(Look, TimeProvider.System, ct);
        }
    }

    private void TellTenDays(int day, MonitorView monitor)
    {
        if (day % 10 == 9)
        {
            tell(
                day,
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"Hit rate of the last ten days {live.Mean(day - 9, day):0.000} (never retrained: {never.Mean(day - 9, day):0.000}), v{monitor.Version} serves."
                )
            );
        }
    }

    private void Tell(LoopView loop)
    {
        foreach (var retraining in loop.Retrainings.Where(r => r.Number > 1).Reverse().Skip(told))
        {
            if (!begun.Contains(retraining.Number))
            {
                begun.Add(retraining.Number);
                tell(DayOf(retraining.StartedAt), $"{Why(retraining)} {retraining.Reason}");
            }

            if (retraining.State == RetrainingState.Running)
            {
                break;
            }

            told++;
            tell(DayOf(retraining.EndedAt!.Value), $"Training {retraining.Number}: {retraining.Result}");
        }
    }

    private static string Why(RetrainingView retraining) =>
        retraining.Trigger switch
        {
            TriggerKind.Harm => "A retraining begins on harm:",
            TriggerKind.Schedule => "A retraining begins:",
            _ => "A person starts a retraining:",
        };

    /// <summary>Harm is told of when it is seen, which may be before its retraining can begin.</summary>
    private async Task TellHarmAsync(CancellationToken ct)
    {
        var alerts = (await client.AlertsAsync(100, 0, ct)).Items.Where(a =>
            string.Equals(a.Kind, "harm", StringComparison.Ordinal)
        );
        foreach (var alert in alerts.OrderBy(a => a.Number).Skip(harmDays.Count))
        {
            harmDays.Add(DayOf(alert.At));
            tell(harmDays[^1], $"Harm is seen: {alert.Message}");
        }
    }

    private DemoResult Result(LoopView loop)
    {
        var harm = loop.Retrainings.Where(r => r.Trigger == TriggerKind.Harm).Select(r => DayOf(r.StartedAt)).ToList();
        var before = live.Mean((shiftDay ?? Days) - Month, (shiftDay ?? Days) - 1);
        var worst = shiftDay is { } shift ? live.Worst(shift, 3) : before;
        return new()
        {
            ShiftDay = shiftDay,
            DetectedDay = harmDays.Where(day => day >= shiftDay).Select(day => (int?)day).FirstOrDefault(),
            PromotedDay = loop
                .Retrainings.Where(r => r.State == RetrainingState.Promoted && DayOf(r.StartedAt) >= shiftDay)
                .OrderBy(r => r.Number)
                .Select(r => (int?)DayOf(r.EndedAt!.Value))
                .FirstOrDefault(),
            RecoveredDay = shiftDay is { } from ? live.Recovered(from, before - (0.1 * (before - worst))) : null,
            HitRateBefore = Round(before),
            HitRateAtWorst = Round(worst),
            HitRateAfter = Round(live.Mean(Days - Month, Days - 1)),
            NeverRetrainAfter = Round(never.Mean(Days - Month, Days - 1)),
            FalseAlarmsBeforeShift = harm.Count(day => shiftDay is null || day < shiftDay),
            HarmRetrainings = harm.Count,
            Retrainings = loop.Retrainings.Count - 1,
        };
    }

    private static int DayOf(DateTimeOffset at) => (int)Math.Floor((at - VideoService.FirstDay).TotalDays);

    private static double Round(double rate) => Math.Round(rate, 4);

    /// <summary>Hits and views by day.</summary>
    private sealed class Daily
    {
        private readonly int[] hits = new int[Days];
        private readonly int[] views = new int[Days];

        public void Add(int day, bool hit)
        {
            views[day]++;
            hits[day] += hit ? 1 : 0;
        }

        /// <summary>From one day to another, both counted.</summary>
        public double Mean(int from, int to) =>
            (double)hits.AsSpan(from..(to + 1)).ToArray().Sum() / views.AsSpan(from..(to + 1)).ToArray().Sum();

        /// <summary>The lowest mean of so many days.</summary>
        public double Worst(int from, int days) =>
            Enumerable.Range(from, Days - from - days + 1).Min(d => Mean(d, d + days - 1));

        /// <summary>The first of three days that together reach a level again, once it was lost; null where none does.</summary>
        public int? Recovered(int from, double level)
        {
            var lost = Enumerable.Range(from, Days - from - 2).FirstOrDefault(d => Mean(d, d + 2) < level, -1);
            return lost < 0
                ? null
                : Enumerable
                    .Range(lost, Days - lost - 2)
                    .Select(d => (int?)d)
                    .FirstOrDefault(d => Mean(d!.Value, d.Value + 2) >= level);
        }
    }
}
