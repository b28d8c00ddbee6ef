using Millrace.Core;
using Millrace.Serving.Inference;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Autoscaling;

/// <summary>
/// Has a replica score a row. The version is decided here, where the answer is logged: a replica only computes, so one that
/// dies leaves nothing behind, and its row may go to another.
/// </summary>
internal sealed partial class Forward(ILogger<Forward> logger)
{
    /// <returns>The version that answered; null where none could in time.</returns>
    public async Task<ServedModel?> RunAsync(
        EndpointRoute route,
        ReplicaSet replicas,
        ServedModel champion,
        Scratch scratch,
        int count,
        CancellationToken ct
    )
    {
        if (route.Split is { } split)
        {
            if (split.Sends(champion, scratch.Row(champion.Fields.Count)))
            {
                var result = await replicas.ScoreAsync(split.Served, scratch, count, ct);
                if (result == RemoteResult.Answered)
                {
                    split.Traffic.Challenger();
                    return split.Served;
                }

                scratch.ClearOutput();
                if (split.Traffic.FellBack())
                {
                    LogFellBack(route.Endpoint, split.Served.Model, split.Served.Version, result);
                }
            }

            split.Traffic.Champion();
        }

        return await replicas.ScoreAsync(champion, scratch, count, ct) == RemoteResult.Answered ? champion : null;
    }

    [LoggerMessage(
        LogLevel.Error,
        "Endpoint {Endpoint}: no replica could answer with the challenger {Model} v{Version} ({Result}), and the champion did; further ones are counted"
    )]
    private partial void LogFellBack(
        EndpointName endpoint,
        ModelName model,
        VersionNumber version,
        RemoteResult result
    );
}
