using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Scoring;
using Millrace.Governance.Audit;
using Millrace.Models.Registry;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Serving.Rollouts;

/// <summary>
/// Gives a blessed version a first share of an endpoint's traffic. Asked again for the same challenger while it runs, it
/// changes nothing.
/// </summary>
internal sealed class StartRollout(
    MillraceDb db,
    FindVersion versions,
    FindRollout rollouts,
    SwitchVersion deployments,
    MoveAlias aliases,
    AuditTrail audit,
    RoutingTable routes,
    TimeProvider time
)
{
    /// <param name="endpoint">Where it takes place.</param>
    /// <param name="model">The challenger's model.</param>
    /// <param name="number">The challenger's version.</param>
    /// <param name="steps">Shares of traffic, growing, each above 0 and at most 1.</param>
    /// <param name="confidence">How sure a verdict must be, from 0.5 to below 1.</param>
    /// <param name="reason">Why, for the record.</param>
    /// <param name="ct">Cancels it before it is written.</param>
    /// <returns>The rollout's number.</returns>
    public async Task<long> RunAsync(
        EndpointName endpoint,
        ModelName model,
        VersionNumber number,
        IReadOnlyList<double> steps,
        double confidence,
        string reason,
        CancellationToken ct
    )
    {
        Check(endpoint, steps, confidence);
        var challenger = (await versions.RunAsync(model, number, ct)).DemandBlessed();
        using var turn = await routes.TakeTurnAsync(ct);
        switch (await rollouts.RunningAsync(endpoint, ct))
        {
            case { } other when other.Challenger != new ModelRef(model, number):
                throw Refusal.Conflict(
                    $"At endpoint {endpoint} the rollout of {other.Challenger.Model} v{other.Challenger.Version} runs already: wait for it, or end it with 'millrace rollout abort {endpoint}'."
                );
            case { } same when !same.Steps.SequenceEqual(steps) || !same.Confidence.Equals(confidence):
                throw Refusal.Conflict(
                    $"At endpoint {endpoint} a rollout of {model} v{number} runs already, with other steps or another confidence: end it with 'millrace rollout abort {endpoint}' first."
                );
            case { } same:
                return same.Number;
        }

        var champion =
            await deployments.CurrentAsync(endpoint, ct)
            ?? throw Refusal.Conflict(
                $"Endpoint {endpoint} has no champion that traffic could be shared with: 'millrace deploy {endpoint} {model} {number}' serves at once."
            );
        var serving = await versions.RunAsync(champion.Model, champion.Version, ct);
        CheckFits(endpoint, serving, challenger);

        var served = ServedModel.Open(model, number, challenger.Folder);
        var row = new RolloutRow
        {
            Endpoint = endpoint,
            ChampionModel = champion.Model,
            ChampionVersion = champion.Version,
            Model = model,
            Version = number,
            State = RolloutState.Running,
            Steps = [.. steps],
            Step = 0,
            Confidence = confidence,
            Reason = reason,
            Verdict = "",
            StartedAt = time.GetUtcNow(),
        };
        try
        {
            await RecordAsync(row, ct);
        }
        catch
        {
            served.Release();
            throw;
        }

        routes.SetChallenger(endpoint, served, row.Number, row.Share);
        return row.Number;
    }

    private async Task RecordAsync(RolloutRow row, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Add(row);
        await db.SaveChangesAsync(ct);
        await aliases.AddAsync(row.Model, AliasName.Challenger, row.Version, row.Reason, ct);
        audit.Add(
            "rollout started",
            AuditKinds.Endpoint,
            row.Endpoint.Value,
            row.Reason,
            ("rollout", row.Number.ToString(CultureInfo.InvariantCulture)),
            ("challenger", $"{row.Model} v{row.Version}"),
            ("champion", $"{row.ChampionModel} v{row.ChampionVersion}"),
            ("share", row.Share.ToString(CultureInfo.InvariantCulture))
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static void Check(EndpointName endpoint, IReadOnlyList<double> steps, double confidence)
    {
        if (steps.Count == 0)
        {
            throw Refusal.Conflict(
                $"A rollout at {endpoint} needs shares of traffic, such as 5% and 25%: without any, deploy at once."
            );
        }

        var grows = steps.Zip(steps.Skip(1)).All(pair => pair.First < pair.Second);
        if (!grows || !steps.All(s => s is > 0 and <= 1))
        {
            throw Refusal.Invalid("The shares of a rollout grow from step to step, each above 0 and at most 1.");
        }

        if (confidence is not (>= 0.5 and < 1))
        {
            throw Refusal.Invalid("The confidence of a rollout is from 0.5 to below 1, such as 0.99.");
        }
    }

    /// <summary>One request must fit both versions, since its caller does not know which of them answers.</summary>
    private static void CheckFits(EndpointName endpoint, PackagedVersion champion, PackagedVersion challenger)
    {
        if (champion.Model == challenger.Model && champion.Number == challenger.Number)
        {
            throw Refusal.Conflict($"{challenger.Model} v{challenger.Number} serves at endpoint {endpoint} already.");
        }

        if (champion.Card.Task != challenger.Card.Task || !Inputs(champion.Card).SetEquals(Inputs(challenger.Card)))
        {
            throw Refusal.Conflict(
                $"{challenger.Model} v{challenger.Number} takes other inputs than {champion.Model} v{champion.Number}, so no request fits both: change the callers, and deploy it at once."
            );
        }
    }

    private static HashSet<Engine.Tables.Column> Inputs(ModelCard card) => [.. card.Inputs];
}
