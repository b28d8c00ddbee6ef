using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Models.Registry;
using Millrace.Storage;

namespace Millrace.Serving.Routing;

/// <summary>Tells a version's lineage where it serves.</summary>
internal sealed class ServingPlaces(MillraceDb db) : IServingPlaces
{
    public async Task<IReadOnlyList<EndpointName>> OfVersionAsync(
        ModelName model,
        VersionNumber version,
        CancellationToken ct
    ) =>
        await (
            from e in db.Set<EndpointRow>().AsNoTracking()
            join d in db.Set<DeploymentRow>().AsNoTracking() on e.Deployment equals d.Number
            where d.Model == model && d.Version == version
            select e.Name
        ).ToListAsync(ct);
}
