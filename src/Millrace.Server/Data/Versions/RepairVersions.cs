using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Governance.Access;
using Millrace.Storage;

namespace Millrace.Data.Versions;

/// <summary>
/// At the start of the server: versions that the Delta logs have and the database does not, for the server was killed
/// between the two, are recorded. The log is the truth.
/// </summary>
internal sealed partial class RepairVersions(
    IServiceScopeFactory scopes,
    MillraceFolder folders,
    ILogger<RepairVersions> logger
) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var root = Path.GetDirectoryName(folders.Dataset(new DatasetName("x")))!;
        if (!Directory.Exists(root))
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MillraceDb>();
        foreach (var folder in Directory.EnumerateDirectories(root))
        {
            if (DatasetName.TryParse(Path.GetFileName(folder), null, out var dataset))
            {
                await RepairAsync(scope.ServiceProvider, db, dataset, folder, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RepairAsync(
        IServiceProvider services,
        MillraceDb db,
        DatasetName dataset,
        string folder,
        CancellationToken ct
    )
    {
        if (new DeltaLog(folder).Newest() is not { } newest)
        {
            return;
        }

        var known = await db.Set<VersionRow>()
            .Where(v => v.Dataset == dataset)
            .OrderByDescending(v => v.Number)
            .Select(v => v.Number)
            .FirstOrDefaultAsync(ct);
        for (var n = known.Value + 1; n <= newest.Value; n++)
        {
            var manifest = await VersionManifest.ReadAsync(folder, new VersionNumber(n), ct);
            services.GetRequiredService<Actor>().Name = manifest.Actor;
            await services.GetRequiredService<CommitVersion>().RecordAsync(manifest, ct);
            LogRepaired(dataset, manifest.Number);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Dataset {Dataset} had a version {Number} that was not recorded; it is now")]
    private partial void LogRepaired(DatasetName dataset, VersionNumber number);
}
