using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;
using MudBlazor;

namespace Millrace.Ui.Pages.Rollouts;

public sealed partial class RolloutsTab
{
    private const int NewestLooks = 200;

    [Parameter, EditorRequired]
    public EndpointName Endpoint { get; set; }

    /// <summary>From the address; null for the newest.</summary>
    [Parameter]
    public long? Chosen { get; set; }

    [Inject]
    private ISnackbar News { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    protected override object Key => (Endpoint, Chosen);

    protected override async Task<Contents> LoadAsync(CancellationToken ct)
    {
        var rollouts = await Client.RolloutsAsync(Endpoint, ct);
        var shown = rollouts.FirstOrDefault(r => r.Number == Chosen) ?? (rollouts is [var newest, ..] ? newest : null);
        return shown is null
            ? new(rollouts, null, [])
            : new(rollouts, shown, (await Client.LooksAsync(Endpoint, shown.Number, NewestLooks, 0, ct)).Items);
    }

    protected override TimeSpan? LookAgain(Contents value) =>
        TimeSpan.FromSeconds(value.Rollouts.Any(r => r.State is RolloutState.Running) ? 2 : 5);

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

    /// <param name="Shown">The chosen one, else the newest; null where there is none.</param>
    /// <param name="Looks">Its newest looks, newest first.</param>
    public sealed record Contents(
        IReadOnlyList<RolloutView> Rollouts,
        RolloutView? Shown,
        IReadOnlyList<RolloutLook> Looks
    );
}
