using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Models.Registry;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Inference;

/// <summary>
/// Finds the model that a request to /v2 means: the version that is deployed, or any other blessed one by its number. Those
/// are loaded when first asked for, and the one loaded first leaves first.
/// </summary>
internal sealed class FindServed(RoutingTable routes, IServiceScopeFactory scopes, IOptions<ServingOptions> options)
    : IDisposable
{
    private readonly SemaphoreSlim loading = new(1);
    private ImmutableList<ServedModel> others = [];

    /// <param name="Served">Held for the caller, who releases it; null where there is none.</param>
    /// <param name="Error">Why there is none.</param>
    internal readonly record struct Found(ServedModel? Served, EndpointRoute? Route, string Error)
    {
        /// <summary>The deployed package is broken: the server's fault, not the caller's.</summary>
        public bool IsBroken => Served is null && Route is not null;
    }

    public async ValueTask<Found> RunAsync(string model, string? version, CancellationToken ct)
    {
        while (true)
        {
            var route = routes.OfModel(model);
            if (route is null)
            {
                return new(
                    null,
                    null,
                    $"There is no model '{ReadRow.Short(model)}' at work: deploy it with 'millrace deploy ENDPOINT MODEL VERSION'."
                );
            }

            if (version is not null && !IsDeployed(model, version, ref route))
            {
                return await OtherAsync(route, version, ct);
            }

            if (route.Served is not { } served)
            {
                return new(null, route, route.Broken);
            }

            if (served.TryHold())
            {
                return new(served, route, "");
            }
        }
    }

    public void Dispose()
    {
        foreach (var other in others)
        {
            other.Release();
        }

        loading.Dispose();
    }

    /// <summary>Whether an endpoint has that version of the model; then its route is the one that is meant.</summary>
    private bool IsDeployed(string model, string version, ref EndpointRoute route)
    {
        foreach (var one in routes.All)
        {
            if (
                string.Equals(one.Model.Value, model, StringComparison.Ordinal)
                && string.Equals(one.Served?.Version.ToString(), version, StringComparison.Ordinal)
            )
            {
                route = one;
                return true;
            }
        }

        return false;
    }

    private async ValueTask<Found> OtherAsync(EndpointRoute route, string version, CancellationToken ct)
    {
        if (!VersionNumber.TryParse(version, null, out var number))
        {
            return new(null, null, $"'{ReadRow.Short(version)}' is not a version number: 1, 2, 3 …");
        }

        if (Cached(route.Model, number) is { } cached)
        {
            return new(cached, route, "");
        }

        await loading.WaitAsync(ct);
        try
        {
            if (Cached(route.Model, number) is { } loaded)
            {
                return new(loaded, route, "");
            }

            await using var scope = scopes.CreateAsyncScope();
            var versions = scope.ServiceProvider.GetRequiredService<FindVersion>();
            if (await versions.FindAsync(route.Model, number, ct) is not { } found)
            {
                return new(null, null, $"Model {route.Model} has no version {number}.");
            }

            if (found.Blessing != Api.Blessing.Passed)
            {
                return new(null, null, $"{route.Model} v{number} cannot serve: {found.Note}");
            }

            var served = ServedModel.Open(route.Model, number, found.Folder);
            served.TryHold();
            Add(served);
            return new(served, route, "");
        }
        catch (RefusalException refusal)
        {
            return new(null, route, refusal.Message);
        }
        finally
        {
            loading.Release();
        }
    }

    private ServedModel? Cached(ModelName model, VersionNumber number) =>
        Volatile.Read(ref others).Find(o => o.Model == model && o.Version == number) is { } found && found.TryHold()
            ? found
            : null;

    /// <summary>In front; what falls off the end is let go of. Only while holding the turn.</summary>
    private void Add(ServedModel served)
    {
        var all = others.Insert(0, served);
        while (all.Count > options.Value.MaxOtherVersions)
        {
            var oldest = all[^1];
            all = all.RemoveAt(all.Count - 1);
            Volatile.Write(ref others, all);
            oldest.Release();
        }

        Volatile.Write(ref others, all);
    }
}
