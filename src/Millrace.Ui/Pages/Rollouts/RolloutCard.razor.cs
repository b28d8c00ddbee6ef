using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Ui.Parts;
using MudBlazor;

namespace Millrace.Ui.Pages.Rollouts;

public sealed partial class RolloutCard
{
    [Parameter, EditorRequired]
    public RolloutView Rollout { get; set; } = default!;

    /// <summary>The newest of all its looks, newest first, whether they changed something or not.</summary>
    [Parameter]
    public IReadOnlyList<RolloutLook> Looks { get; set; } = [];

    [Parameter]
    public EventCallback<RolloutView> OnPromote { get; set; }

    [Parameter]
    public EventCallback<RolloutView> OnAbort { get; set; }

    private bool isEach;

    /// <summary>Oldest first: those that changed something, and the newest.</summary>
    private IReadOnlyList<RolloutLook> All { get; set; } = [];

    private bool IsRunning => Rollout.State is RolloutState.Running;

    private RolloutLook? Last => Rollout.Looks is [.., var last] ? last : null;

    /// <summary>Of the traffic, to the challenger, now or since it ended.</summary>
    private double Share =>
        Rollout.State switch
        {
            RolloutState.Promoted => 1,
            RolloutState.Running when Rollout.Step < Rollout.Steps.Count => Rollout.Steps[Rollout.Step],
            _ => 0,
        };

    private string Said =>
        IsRunning
            ? $"{Rollout.Reason}{(Rollout.Reason.Length > 0 ? " · " : "")}decides at {Show.Percent(Rollout.Confidence)} confidence, however often it looks."
            : Rollout.Verdict;

    private IReadOnlyList<ChartLine> Lines =>
        [
            new("worse", [.. All.Select(l => new ChartPoint(ChartAxis.At(l.At), l.WorseEvidence))])
            {
                Look = ChartLook.Second,
            },
            new("safe", [.. All.Select(l => new ChartPoint(ChartAxis.At(l.At), l.SafeEvidence))])
            {
                Look = ChartLook.First,
            },
        ];

    protected override void OnParametersSet() => All = [.. Rollout.Looks.Union(Looks).OrderBy(l => l.At)];

    private string? Step(int i) =>
        Rollout.State is RolloutState.Promoted || i < Rollout.Step ? "done"
        : i > Rollout.Step ? null
        : IsRunning ? "now"
        : "ended";

    private static string Icon(string? step) =>
        step switch
        {
            "done" => Icons.Material.Filled.Check,
            "now" => Icons.Material.Filled.PlayArrow,
            "ended" => Icons.Material.Filled.Close,
            _ => Icons.Material.Outlined.Circle,
        };

    private static string Answered(long? predictions) => predictions is { } n ? $", {Show.Count(n)} answered" : "";

    private static string? Of(RolloutLook look) => look.Metric is { } metric ? $" · {metric}" : null;

    private static double? Largest(params IEnumerable<RolloutLook> looks) =>
        looks.SelectMany(l => new[] { l.ChampionMetric, l.ChallengerMetric }).Max(m => m is { } v ? Math.Abs(v) : null);

    private static string Grow(double share) => FormattableString.Invariant($"flex-grow:{share:0.####}");
}
