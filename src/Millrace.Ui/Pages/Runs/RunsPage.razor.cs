using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Ui.Pages.Runs;

public sealed partial class RunsPage
{
    private const int Size = 50;

    [SupplyParameterFromQuery(Name = "experiment")]
    private string? Experiment { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Wanted { get; set; }

    /// <param name="Experiments">Those of the newest runs, and the one asked for.</param>
    public sealed record Contents(Page<RunSummary> Runs, IReadOnlyList<string> Experiments);

    protected override object Key => (Experiment, Page);

    private int Page => Math.Max(1, Wanted ?? 1);

    protected override async Task<Contents> LoadAsync(CancellationToken ct)
    {
        ExperimentName? experiment = Experiment is null ? null : ExperimentName.Parse(Experiment, null);
        var newest = Client.RunsAsync(null, 200, 0, ct);
        var runs = Client.RunsAsync(experiment, Size, (Page - 1) * Size, ct);
        await Task.WhenAll(newest, runs);
        IEnumerable<string> named =
        [
            .. (await newest).Items.Select(r => r.Experiment.Value),
            .. Experiment is null ? [] : new[] { Experiment },
        ];
        return new Contents(await runs, [.. named.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    protected override TimeSpan? LookAgain(Contents value) =>
        TimeSpan.FromSeconds(value.Runs.Items.Any(r => r.State is RunState.Running or RunState.Queued) ? 1 : 5);

    private string Filter(string? experiment) =>
        Navigation.GetUriWithQueryParameters(
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["experiment"] = experiment, ["page"] = null }
        );
}
