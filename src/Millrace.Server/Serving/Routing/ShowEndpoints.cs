using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Models.Registry;
using Millrace.Storage;

namespace Millrace.Serving.Routing;

/// <summary>Endpoints with what serves there, what served before, and how it goes.</summary>
internal sealed class ShowEndpoints(MillraceDb db, FindVersion versions, ExampleRequest example, RoutingTable routes)
{
    private const int HistoryShown = 100;

    public async Task<IReadOnlyList<EndpointSummary>> ListAsync(CancellationToken ct)
    {
        var rows = await (
            from e in db.Set<EndpointRow>().AsNoTracking()
            join d in db.Set<DeploymentRow>().AsNoTracking() on e.Deployment equals d.Number
            select d
        ).ToListAsync(ct);
        var summaries = new List<EndpointSummary>();
        foreach (var row in rows.OrderBy(r => r.Endpoint.Value, StringComparer.Ordinal))
        {
            var version = await versions.RunAsync(row.Model, row.Version, ct);
            var route = routes.Find(row.Endpoint.Value);
            summaries.Add(
                new(
                    row.Endpoint,
                    row.Model,
                    row.Version,
                    version.Card.Task.Word(),
                    row.At,
                    route?.Counters.Predictions ?? 0,
                    route?.Counters.Errors ?? 0,
                    Broken(route)
                )
            );
        }

        return summaries;
    }

    public async Task<EndpointView> RunAsync(EndpointName endpoint, CancellationToken ct)
    {
        var history = await db.Set<DeploymentRow>()
            .AsNoTracking()
            .Where(d => d.Endpoint == endpoint)
            .OrderByDescending(d => d.Number)
            .Take(HistoryShown)
            .ToListAsync(ct);
        var current =
            await (
                from e in db.Set<EndpointRow>().AsNoTracking()
                where e.Name == endpoint
                join d in db.Set<DeploymentRow>().AsNoTracking() on e.Deployment equals d.Number
                select d
            ).SingleOrDefaultAsync(ct)
            ?? throw Refusal.NotFound(
                $"There is no endpoint {endpoint}: create it with 'millrace deploy {endpoint} MODEL VERSION'."
            );
        var previous = await db.Set<DeploymentRow>()
            .AsNoTracking()
            .SingleOrDefaultAsync(d => d.Number == current.Previous, ct);
        var version = await versions.RunAsync(current.Model, current.Version, ct);
        var route = routes.Find(endpoint.Value);
        return new EndpointView
        {
            Name = endpoint,
            Model = current.Model,
            Version = current.Version,
            Task = version.Card.Task.Word(),
            DeployedAt = current.At,
            Broken = Broken(route),
            Previous = previous is null ? null : new(previous.Model, previous.Version),
            Inputs = [.. version.Card.Inputs.Select(c => new InputView(c.Name, c.Type.Word()))],
            Example = await example.RunAsync(version, ct),
            Statistics = (route?.Counters ?? new()).View(),
            History =
            [
                .. history.Select(d => new DeploymentView(d.Model, d.Version, d.At, d.Actor, d.Reason, d.Action)),
            ],
        };
    }

    private static string? Broken(EndpointRoute? route) => route is { Served: null } ? route.Broken : null;
}
