using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;
using MudBlazor;

namespace Millrace.Ui.Pages.Endpoints;

public sealed partial class EndpointPage
{
    private const int Recent = 20;

    private static readonly IReadOnlyList<(string, string)> Tabs =
    [
        ("serving", "Serving"),
        ("monitor", "Monitor"),
        ("rollouts", "Rollouts"),
        ("replicas", "Replicas"),
    ];

    [Parameter]
    public string Endpoint { get; set; } = "";

    [SupplyParameterFromQuery(Name = "tab")]
    private string? Tab { get; set; }

    /// <summary>The rollout whose looks are shown; null for the newest.</summary>
    [SupplyParameterFromQuery(Name = "rollout")]
    private long? Rollout { get; set; }

    [Inject]
    private ISnackbar News { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    public sealed record Contents(EndpointView Endpoint, IReadOnlyList<LoggedPrediction> Predictions);

    protected override object Key => Endpoint;

    private string Current => Tab ?? "serving";

    protected override async Task<Contents> LoadAsync(CancellationToken ct)
    {
        var name = EndpointName.Parse(Endpoint, null);
        var endpoint = Client.EndpointAsync(name, ct);
        var predictions = Client.PredictionsAsync(name, Recent, ct);
        await Task.WhenAll(endpoint, predictions);
        return new Contents(await endpoint, await predictions);
    }

    protected override TimeSpan? LookAgain(Contents value) => TimeSpan.FromSeconds(3);

    private async Task UndeployAsync(EndpointView current)
    {
        var answer = await ReasonDialog.AskAsync(
            Dialogs,
            $"Undeploy {current.Name}",
            $"Nothing will answer at {current.Name} any more. What it predicted stays on record.",
            "Undeploy"
        );
        if (
            answer is not null
            && await News.TryAsync(
                () => Client.UndeployAsync(current.Name, new UndeployRequest(answer.Reason), Alive),
                $"Nothing answers at {current.Name} any more."
            )
        )
        {
            Navigation.NavigateTo("endpoints");
        }
    }

    private async Task RollBackAsync(EndpointView current, ModelRef previous)
    {
        var answer = await ReasonDialog.AskAsync(
            Dialogs,
            $"Roll back {current.Name}",
            $"{previous.Model} v{previous.Version} will answer again instead of {current.Model} v{current.Version}, from the next request on.",
            "Roll back"
        );
        if (answer is not null)
        {
            await News.TryAsync(
                () => Client.RollbackAsync(current.Name, new RollbackRequest(answer.Reason), Alive),
                $"{previous.Model} v{previous.Version} answers at {current.Name} again."
            );
            await RefreshAsync();
        }
    }
}
