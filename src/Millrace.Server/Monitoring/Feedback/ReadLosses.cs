using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>One joined outcome's loss.</summary>
/// <param name="Sequence">Rises with every join: where to read on.</param>
/// <param name="At">When the outcome happened.</param>
/// <param name="PredictedAt">When what it came to was said.</param>
/// <param name="Loss">Between 0 (right) and 1 (wrong).</param>
internal readonly record struct JoinedLoss(
    long Sequence,
    DateTimeOffset At,
    DateTimeOffset PredictedAt,
    ModelName Model,
    VersionNumber Version,
    double Loss
);

/// <summary>The losses of all versions at an endpoint in the order of their joins, from wherever the caller left off.</summary>
internal sealed class ReadLosses(MillraceDb db)
{
    /// <param name="endpoint">Where they serve.</param>
    /// <param name="after">The last sequence that the caller has; 0 to begin.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Stops the reading.</param>
    public async Task<IReadOnlyList<JoinedLoss>> RunAsync(
        EndpointName endpoint,
        long after,
        int limit,
        CancellationToken ct
    ) =>
        await db.Set<JoinRow>()
            .AsNoTracking()
            .Where(j => j.Endpoint == endpoint && j.Sequence > after)
            .OrderBy(j => j.Sequence)
            .Take(limit)
            .Select(j => new JoinedLoss(j.Sequence, j.At, j.PredictedAt, j.Model, j.Version, j.Loss))
            .ToListAsync(ct);

    /// <summary>The last join of all: what comes after it is new.</summary>
    public async Task<long> LastAsync(EndpointName endpoint, CancellationToken ct) =>
        await db.Set<JoinRow>().Where(j => j.Endpoint == endpoint).MaxAsync(j => (long?)j.Sequence, ct) ?? 0;
}
