using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Data.Versions;

/// <summary>
/// At the start of the server: versions that the Delta logs have and the database does not, for the server was killed
/// between the two, are recorded. The log is the truth.
/// </summary>
internal sealed class RepairVersions(IServiceScopeFactory scopes, MillraceFolder folders) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var root = Path.GetDirectoryName(folders.Dataset(new DatasetName("x")))!;
        if (!Directory.Exists(root))
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var commit = scope.ServiceProvider.GetRequiredService<CommitVersion>();
        foreach (var folder in Directory.EnumerateDirectories(root))
        {
            if (DatasetName.TryParse(Path.GetFileName(folder), null, out var dataset))
            {
                await commit.RecordMissingAsync(dataset, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
