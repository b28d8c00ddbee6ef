using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>Says what is to be watched at an endpoint. The same again changes nothing.</summary>
internal sealed class DeclareMonitor(MillraceDb db, JoinSignal signal, TimeProvider time)
{
    /// <returns>False where it was declared so already.</returns>
    public async Task<bool> RunAsync(EndpointName endpoint, MonitorSettings settings, CancellationToken ct)
    {
        var row = await db.Set<MonitorRow>().SingleOrDefaultAsync(m => m.Endpoint == endpoint, ct);
        if (row is not null && string.Equals(Text(row.Settings), Text(settings), StringComparison.Ordinal))
        {
            return false;
        }

        if (row is null)
        {
            db.Add(
                new MonitorRow
                {
                    Endpoint = endpoint,
                    Settings = settings,
                    Within = Micros.Of(settings.Within),
                    DeclaredAt = time.GetUtcNow(),
                }
            );
        }
        else
        {
            row.Settings = settings;
            row.Within = Micros.Of(settings.Within);
        }

        await db.SaveChangesAsync(ct);
        signal.Raise();
        return true;
    }

    private static string Text(MonitorSettings settings) => JsonSerializer.Serialize(settings, Json.Options);
}
