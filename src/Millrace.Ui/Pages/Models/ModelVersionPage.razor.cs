using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;
using MudBlazor;

namespace Millrace.Ui.Pages.Models;

public sealed partial class ModelVersionPage
{
    [Parameter]
    public string Model { get; set; } = "";

    [Parameter]
    public int Number { get; set; }

    [Inject]
    private ISnackbar News { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    protected override object Key => (Model, Number);

    protected override Task<ModelVersionView> LoadAsync(CancellationToken ct) =>
        Client.ModelVersionAsync(ModelName.Parse(Model, null), new VersionNumber(Number), ct);

    protected override TimeSpan? LookAgain(ModelVersionView value) =>
        TimeSpan.FromSeconds(value.Blessing is Blessing.Waiting ? 1 : 10);

    private async Task<bool> SaveAsync(ModelPatch patch)
    {
        var saved = await News.TryAsync(
            () => Client.PatchModelVersionAsync(ModelName.Parse(Model, null), new VersionNumber(Number), patch, Alive),
            "Saved."
        );
        await RefreshAsync();
        return saved;
    }

    private async Task DeployAsync(ModelVersionView version)
    {
        var answer = await ReasonDialog.AskAsync(
            Dialogs,
            $"Deploy {version.Model} v{version.Number}",
            "From the next request on, this version answers. Requests in flight finish on the version they started with.",
            "Deploy",
            "Endpoint",
            version.Lineage.Endpoints is [var first, ..] ? first.Value : version.Model.Value
        );
        if (answer is null)
        {
            return;
        }

        var deployed = await News.TryAsync(
            () =>
                Client.DeployAsync(
                    EndpointName.Parse(answer.Name, null),
                    new DeployRequest(version.Model, version.Number, answer.Reason),
                    Alive
                ),
            $"{version.Model} v{version.Number} serves at {answer.Name}."
        );
        if (deployed)
        {
            Navigation.NavigateTo($"endpoints/{answer.Name}");
        }
    }
}
