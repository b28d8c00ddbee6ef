using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Experiments.Tracking;
using Millrace.Storage;

namespace Millrace.Models.Registry;

/// <summary>Tells runs which model version they became.</summary>
internal sealed class RunModels(MillraceDb db) : IRunModels
{
    public Task<ModelRef?> OfRunAsync(RunId run, CancellationToken ct) =>
        db.Set<VersionRow>()
            .Where(v => v.Run == run)
            .OrderBy(v => v.CreatedAt)
            .Select(v => new ModelRef(v.Model, v.Number))
            .FirstOrDefaultAsync(ct);
}
