using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Serving.Autoscaling;
using Millrace.Storage;

namespace Millrace.Monitoring.Alerts;

/// <summary>Tells people of a dead replica: no request was lost by it, but something kills them.</summary>
internal sealed class TellOfDeaths(IServiceScopeFactory scopes, TimeProvider time) : IReplicaDeaths
{
    private const string Kind = "replica-died";

    /// <summary>One that dies of every request dies several times a second, and that is one thing to know.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    public async Task RunAsync(EndpointName endpoint, int process, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MillraceDb>();
        var last = await db.Set<AlertRow>()
            .AsNoTracking()
            .Where(a => a.Kind == Kind && a.Subject == endpoint.Value)
            .OrderByDescending(a => a.Number)
            .Select(a => (DateTimeOffset?)a.At)
            .FirstOrDefaultAsync(ct);
        if (time.GetUtcNow() - last < Quiet)
        {
            return;
        }

        scope
            .ServiceProvider.GetRequiredService<RaiseAlert>()
            .Add(
                AlertSeverity.Warning,
                Kind,
                endpoint.Value,
                $"Replica {process.ToString(CultureInfo.InvariantCulture)} of {endpoint} died. What it had went to another, and it is replaced. Further deaths in the next {Quiet.TotalMinutes:0} minutes are in the server's log only."
            );
        await db.SaveChangesAsync(ct);
    }
}
