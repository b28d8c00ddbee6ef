using Millrace.Core;

namespace Millrace.Models.Registry;

/// <summary>Where versions serve: a registry knows nothing of endpoints, yet its lineage leads on to them.</summary>
internal interface IServingPlaces
{
    /// <returns>The endpoints at which the version serves now, in any order.</returns>
    Task<IReadOnlyList<EndpointName>> OfVersionAsync(ModelName model, VersionNumber version, CancellationToken ct);
}
