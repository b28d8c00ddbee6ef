using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Serving.Autoscaling;

/// <summary>Says how an endpoint is to scale. Said again, it changes nothing.</summary>
internal sealed class SetScaling(
    MillraceDb db,
    SwitchVersion deployments,
    AuditTrail audit,
    ReplicaSets replicas,
    IOptions<AutoscalingOptions> options
)
{
    /// <param name="endpoint">An endpoint that exists: deploy first.</param>
    /// <param name="min">The fewest replicas; null leaves it.</param>
    /// <param name="max">The most; 1 serves in the server's own process. Null leaves it.</param>
    /// <param name="targetConcurrency">Requests that one replica works on at once; null leaves it.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <param name="ct">Cancels it before it is written.</param>
    public async Task RunAsync(
        EndpointName endpoint,
        int? min,
        int? max,
        double? targetConcurrency,
        string reason,
        CancellationToken ct
    )
    {
        _ = await deployments.DemandAsync(endpoint, ct);
        var row = await db.Set<ScalingRow>().SingleOrDefaultAsync(r => r.Endpoint == endpoint, ct);
        var before = row is null ? EndpointScaling.InProcess : EndpointScaling.Of(row);
        var wanted = new EndpointScaling(
            min ?? before.Min,
            max ?? before.Max,
            targetConcurrency ?? before.TargetConcurrency
        );
        Check(wanted);
        if (wanted != before)
        {
            row ??= db.Add(
                new ScalingRow
                {
                    Endpoint = endpoint,
                    Min = 0,
                    Max = 0,
                    TargetConcurrency = 0,
                }
            ).Entity;
            (row.Min, row.Max, row.TargetConcurrency) = wanted;
            // Saving once is one transaction: the setting and its entry.
            audit.Add(
                "scaled",
                AuditKinds.Endpoint,
                endpoint.Value,
                reason,
                ("replicas", wanted.Describe()),
                ("before", before.Describe())
            );
            await db.SaveChangesAsync(ct);
        }

        replicas.Want(endpoint, wanted);
    }

    /// <exception cref="RefusalException">This server has not so many replicas, or there is no such number.</exception>
    public void Check(EndpointScaling wanted)
    {
        if (wanted.Min < 0 || wanted.Max < 1 || wanted.Min > wanted.Max || wanted.Max > options.Value.MaxReplicas)
        {
            throw Refusal.Invalid(
                $"Replicas go from a min of 0 or more to a max of at least 1 and at most {options.Value.MaxReplicas} (Serving:Autoscaling:MaxReplicas), not from {wanted.Min} to {wanted.Max}."
            );
        }

        if (wanted.TargetConcurrency is not (>= 1 and <= 10_000))
        {
            throw Refusal.Invalid(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A replica works on 1 to 10000 requests at once, not on {wanted.TargetConcurrency}."
                )
            );
        }
    }
}

/// <summary>How an endpoint scales.</summary>
/// <param name="Max">1: in the server's own process, without a hop.</param>
/// <param name="TargetConcurrency">Requests that one replica works on at once.</param>
internal sealed record EndpointScaling(int Min, int Max, double TargetConcurrency)
{
    public static EndpointScaling InProcess { get; } = new(1, 1, 16);

    public static EndpointScaling Of(ScalingRow row) => new(row.Min, row.Max, row.TargetConcurrency);

    public string Describe() =>
        string.Create(CultureInfo.InvariantCulture, $"{Min} to {Max}, {TargetConcurrency} each");
}
