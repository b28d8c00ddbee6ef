using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;
using MudBlazor;

namespace Millrace.Ui.Pages.Rollouts;

public sealed partial class RolloutsTab
{
    [Parameter, EditorRequired]
    public EndpointName Endpoint { get; set; }

    /// <summary>From the address; null for the newest.</summary>
    [Parameter]
    public long? Chosen { get; set; }

    [Inject]
    private ISnackbar News { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    protected override object Key => Endpoint;

    protected override Task<IReadOnlyList<RolloutView>> LoadAsync(CancellationToken ct) =>
        Client.RolloutsAsync(Endpoint, ct);

    protected override TimeSpan? LookAgain(IReadOnlyList<RolloutView> value) =>
        TimeSpan.FromSeconds(value.Any(r => r.State is RolloutState.Running) ? 2 : 5);

    private RolloutView? Shown(IReadOnlyList<RolloutView> rollouts) =>
        rollouts.FirstOrDefault(r => r.Number == Chosen) ?? (rollouts is [var newest, ..] ? newest : null);

    private Task PromoteAsync(RolloutView rollout) =>
        EndAsync(
            $"Promote v{rollout.Challenger.Version} now",
            $"It will answer every request at {Endpoint}, whatever the evidence says by now.",
            "Promote",
            request => Client.PromoteAsync(Endpoint, request, Alive),
            $"v{rollout.Challenger.Version} answers every request at {Endpoint}."
        );

    private Task AbortAsync(RolloutView rollout) =>
        EndAsync(
            $"Abort the rollout of v{rollout.Challenger.Version}",
            $"v{rollout.Champion.Version} will answer every request at {Endpoint} again.",
            "Abort",
            request => Client.AbortAsync(Endpoint, request, Alive),
            $"v{rollout.Champion.Version} answers every request at {Endpoint} again."
        );

    private async Task EndAsync(
        string title,
        string text,
        string verb,
        Func<RolloutRequest, Task<RolloutView>> end,
        string done
    )
    {
        if (await ReasonDialog.AskAsync(Dialogs, title, text, verb) is { } answer)
        {
            await News.TryAsync(() => end(new RolloutRequest(answer.Reason)), done);
            await RefreshAsync();
        }
    }
}
