using Millrace.Api;
using Millrace.Core;

namespace Millrace.Experiments.Tracking;

/// <summary>What became of runs further on: a run knows nothing of models.</summary>
internal interface IRunModels
{
    /// <returns>The model version that the run was registered as first; null for one that was not kept.</returns>
    Task<ModelRef?> OfRunAsync(RunId run, CancellationToken ct);
}
