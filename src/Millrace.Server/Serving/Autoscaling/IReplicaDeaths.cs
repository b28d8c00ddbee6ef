using Millrace.Core;

namespace Millrace.Serving.Autoscaling;

/// <summary>Hears of replicas that died. Monitoring implements it; serving does not know who is told.</summary>
internal interface IReplicaDeaths
{
    /// <param name="endpoint">Whose.</param>
    /// <param name="process">Its process id, while it lived.</param>
    /// <param name="ct">Cancels it before it is written.</param>
    Task RunAsync(EndpointName endpoint, int process, CancellationToken ct);
}
