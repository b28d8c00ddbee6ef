using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Backtests;

public sealed partial class BacktestPage
{
    [Parameter]
    public string Id { get; set; } = "";

    protected override object Key => Id;

    protected override Task<BacktestView> LoadAsync(CancellationToken ct) => Client.BacktestAsync(Id, ct);

    protected override TimeSpan? LookAgain(BacktestView value) => value.Job.IsOver ? null : TimeSpan.FromSeconds(1);

    private static BacktestPolicy? Best(BacktestResult result) =>
        result.HigherIsBetter ? result.Policies.MaxBy(p => p.Metric) : result.Policies.MinBy(p => p.Metric);

    private static string Over(BacktestView backtest) =>
        backtest.Result is { } r ? $"{Show.Count(r.Outcomes, "outcome")} from {Day(r, r.From)} to {Day(r, r.To)}." : "";

    private static string Day(BacktestResult result, DateTimeOffset at) =>
        result.HasDates ? $"{at.UtcDateTime:d MMM yyyy}" : $"day {BacktestResult.DayOf(at)}";

    private static double X(BacktestResult result, DateTimeOffset at) =>
        result.HasDates ? ChartAxis.At(at) : BacktestResult.DayOf(at);

    private static IReadOnlyList<ChartLine> Lines(BacktestResult result) =>
        [
            .. result.Policies.Select(p => new ChartLine(
                PolicyWords.Of(p.Policy),
                [
                    .. BacktestCurve
                        .Pool(p.Curve, result.Metric)
                        .Select(c => new ChartPoint(X(result, c.At), c.Value)
                        {
                            Note = Show.Count(c.Outcomes, "outcome"),
                        }),
                ]
            )),
            .. result
                .Policies.Take(1)
                .Select(p => new ChartLine(
                    "trivial baseline",
                    [
                        .. BacktestCurve
                            .Pool(p.Curve, result.Metric)
                            .Select(c => new ChartPoint(X(result, c.At), c.Baseline)),
                    ]
                )
                {
                    Look = ChartLook.Trivial,
                }),
        ];

    private static IReadOnlyList<ChartLane> Lanes(BacktestResult result) =>
        [
            .. result
                .Policies.Select((policy, i) => (Policy: policy, Tone: $"l{i % 4}"))
                .Where(p => p.Policy.RetrainedAt.Count > 0)
                .Select(p => new ChartLane(
                    p.Policy.Policy,
                    [
                        .. p.Policy.RetrainedAt.Select(at => new ChartMark(
                            X(result, at),
                            $"retrained by {p.Policy.Policy}",
                            p.Tone
                        )),
                    ]
                )),
        ];
}
