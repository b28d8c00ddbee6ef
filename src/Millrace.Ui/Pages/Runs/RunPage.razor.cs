using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;
using MudBlazor;

namespace Millrace.Ui.Pages.Runs;

public sealed partial class RunPage
{
    private const int LogLines = 400;
    private const int MaxFeatures = 15;

    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["train"] = "training",
        ["valid"] = "validation",
        ["test"] = "test",
    };

    private bool isCancelling;

    [Parameter]
    public string Run { get; set; } = "";

    [Inject]
    private ISnackbar News { get; set; } = default!;

    public sealed record Chart(string Title, IReadOnlyList<ChartLine> Lines);

    public sealed record Contents(RunView Run, IReadOnlyList<Chart> Charts, string Log)
    {
        public bool IsActive => Run.State is RunState.Queued or RunState.Running;
    }

    protected override object Key => Run;

    private IReadOnlyList<(string, string)> Trail =>
        View.Value?.Run is { } run
            ? [("Runs", "runs"), (run.Experiment.Value, $"runs?experiment={run.Experiment}")]
            : [("Runs", "runs")];

    protected override async Task<Contents> LoadAsync(CancellationToken ct)
    {
        var id = RunId.Parse(Run, null);
        var run = await Client.RunAsync(id, ct);
        var log = Client.RunLogAsync(id, ct);
        var series = await Task.WhenAll(
            run.Series.Select(async key => ChartLine.BySteps(key, await Client.MetricAsync(id, key, ct)))
        );
        return new Contents(run, Charts(series), Tail(await log));
    }

    protected override TimeSpan? LookAgain(Contents value) => value.IsActive ? TimeSpan.FromSeconds(1) : null;

    /// <summary>train_auc and valid_auc belong on one pair of axes.</summary>
    private static IReadOnlyList<Chart> Charts(IReadOnlyList<ChartLine> series) =>
        [
            .. series
                .GroupBy(s => Split(s.Name).Metric, StringComparer.Ordinal)
                .SelectMany(g => g.Chunk(4))
                .Select(lines => new Chart(
                    lines is [var only] && Split(only.Name) is { Rows.Length: > 0 } name
                        ? $"{name.Metric} on {name.Rows} rows"
                        : Split(lines[0].Name).Metric,
                    [.. lines.Select(l => l with { Name = Split(l.Name).Rows is { Length: > 0 } rows ? rows : l.Name })]
                )),
        ];

    private static (string Rows, string Metric) Split(string key)
    {
        var cut = key.IndexOfAny(['_', '.', '/']);
        return cut > 0 && Words.TryGetValue(key[..cut], out var rows) ? (rows, key[(cut + 1)..]) : ("", key);
    }

    private static string Tail(string log)
    {
        var lines = log.TrimEnd().Split('\n');
        return lines.Length <= LogLines
            ? string.Join('\n', lines)
            : $"… {Show.Count(lines.Length - LogLines, "line")} before\n" + string.Join('\n', lines[^LogLines..]);
    }

    private static BarList.Bar[] Importance(RunView run)
    {
        var all = run.Importance.Sum(i => i.Gain);
        return
        [
            .. run
                .Importance.OrderByDescending(i => i.Gain)
                .Take(MaxFeatures)
                .Select(i => new BarList.Bar(i.Feature, i.Gain, Show.Share(all > 0 ? i.Gain / all : 0))),
        ];
    }

    private async Task CancelAsync()
    {
        isCancelling = true;
        await News.TryAsync(() => Client.CancelRunAsync(RunId.Parse(Run, null), Alive), "The run is being cancelled.");
        isCancelling = false;
        await RefreshAsync();
    }
}
