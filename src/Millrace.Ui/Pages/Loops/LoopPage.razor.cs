using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;
using MudBlazor;

namespace Millrace.Ui.Pages.Loops;

public sealed partial class LoopPage
{
    private const int MaxRuns = 8;

    /// <summary>Of the dataset version last seen: it never changes, so it is asked for once.</summary>
    private (VersionNumber Version, IReadOnlyList<FileView> Files)? sources;

    [Parameter]
    public string Loop { get; set; } = "";

    [SupplyParameterFromQuery(Name = "story")]
    private string? Story { get; set; }

    [Inject]
    private ISnackbar News { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    public sealed record Contents(
        LoopView Loop,
        IReadOnlyList<FileView> Sources,
        IReadOnlyList<RunSummary> Runs,
        RunId? Kept,
        MonitorSummary? Monitor
    );

    protected override object Key => Loop;

    protected override async Task<Contents> LoadAsync(CancellationToken ct)
    {
        var loop = await Client.LoopAsync(LoopName.Parse(Loop, null), ct);
        if (loop.DatasetVersion is { } version && sources?.Version != version)
        {
            sources = (version, (await Client.DatasetVersionAsync(loop.Dataset, version, ct)).Sources);
        }

        var monitor = loop.Stages.Any(s => s is { Name: "monitor", State: not StageState.Absent })
            ? (await Client.MonitorsAsync(ct)).FirstOrDefault(m => m.Endpoint == loop.Endpoint)
            : null;
        var runs = await Task.WhenAll(loop.Runs.TakeLast(MaxRuns).Select(id => Client.RunAsync(id, ct)));
        return new Contents(
            loop,
            sources?.Files ?? [],
            [.. runs.Select(Summary)],
            runs.FirstOrDefault(r => r.Model is not null)?.Id,
            monitor
        );
    }

    protected override TimeSpan? LookAgain(Contents value) =>
        TimeSpan.FromSeconds(value.Loop.State is StageState.Running or StageState.Waiting ? 1 : 5);

    private static RunSummary Summary(RunView run) =>
        new(
            run.Id,
            run.Name,
            run.Experiment,
            run.State,
            run.Algorithm,
            run.PrimaryMetric,
            run.Score,
            run.CreatedAt,
            run.StartedAt,
            run.EndedAt,
            run.Baseline.TryGetValue(run.PrimaryMetric, out var baseline) ? baseline : null,
            run.Seconds
        );

    private static string Changes(int generation) =>
        generation == 1 ? "never changed since" : $"declaration {Show.Count(generation)}";

    /// <summary>What there is to say of the data besides its name: rows in quarantine, or that they were never checked.</summary>
    private static StageView? Remark(LoopView loop) =>
        loop.Stages.FirstOrDefault(s =>
            s is { Name: "ingest", State: StageState.Done, Message.Length: > 0 }
            && !string.Equals(s.Message, $"{loop.Dataset} v{loop.DatasetVersion}", StringComparison.Ordinal)
        );

    private static bool HasServed(LoopView loop) =>
        loop.Stages.Any(s => s is { Name: "deploy", State: StageState.Done or StageState.Running })
        || loop.Retrainings.Any(r => r.State is RetrainingState.Promoted);

    private static bool IsTurning(LoopView loop) => loop.Retrainings.Any(r => r.State is RetrainingState.Running);

    private async Task RetrainAsync(LoopView loop)
    {
        var answer = await ReasonDialog.AskAsync(
            Dialogs,
            $"Retrain {loop.Name} now",
            "The loop takes its newest data, trains, asks its gates, and rolls the winner out in steps. What serves now goes on serving until then.",
            "Retrain"
        );
        if (answer is not null)
        {
            await News.TryAsync(
                () => Client.RetrainAsync(loop.Name, new RetrainRequest(answer.Reason), Alive),
                $"{loop.Name} is being retrained."
            );
            await RefreshAsync();
        }
    }

    /// <summary>For those who cannot see the diagram move.</summary>
    private static string Spoken(LoopView loop) =>
        loop.Stages.FirstOrDefault(s => s.State is StageState.Running or StageState.Failed) is { } stage
            ? $"{stage.Name}: {Standing.Of(stage.State).Text}. {stage.Message}"
            : $"Loop {loop.Name}: {Standing.Of(loop.State).Text}.";
}
