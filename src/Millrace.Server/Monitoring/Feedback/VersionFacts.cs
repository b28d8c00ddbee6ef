using System.Collections.Concurrent;
using Millrace.Core;
using Millrace.Engine.Scoring;
using Millrace.Models.Registry;
using Millrace.Monitoring.Drift;

namespace Millrace.Monitoring.Feedback;

/// <summary>What monitoring needs to know of a model version. It never changes.</summary>
/// <param name="Card">Its package's.</param>
/// <param name="Dataset">What it learned from.</param>
/// <param name="DatasetVersion">Of that dataset.</param>
/// <param name="Scale">Regress: its mean absolute error when it was tested.</param>
/// <param name="References">The distribution of each input in the rows that it learned from.</param>
internal sealed record VersionFacts(
    ModelCard Card,
    DatasetName Dataset,
    VersionNumber DatasetVersion,
    double Scale,
    IReadOnlyList<ReferenceBins> References
)
{
    /// <summary>The distribution of what it answers where nothing has shifted; null of a package from before that was kept.</summary>
    public ReferenceBins? Output { get; } = Card.Answers is { } answers ? ReferenceBins.Of(answers) : null;
}

/// <summary>Finds the facts about versions, each once in the life of the server.</summary>
internal sealed class FindFacts(IServiceScopeFactory scopes)
{
    private readonly ConcurrentDictionary<(ModelName, VersionNumber), VersionFacts> known = new();

    /// <returns>Null where there is no such version any more.</returns>
    public async Task<VersionFacts?> RunAsync(ModelName model, VersionNumber number, CancellationToken ct)
    {
        if (known.TryGetValue((model, number), out var facts))
        {
            return facts;
        }

        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        if (await services.GetRequiredService<FindVersion>().FindAsync(model, number, ct) is not { } version)
        {
            return null;
        }

        var view = await services.GetRequiredService<ShowVersion>().RunAsync(model, number, ct);
        facts = new(
            version.Card,
            view.Lineage.Dataset,
            view.Lineage.DatasetVersion,
            view.Metrics.GetValueOrDefault("mae"),
            ReferenceBins.Of(version.Card.Inputs, version.Learned)
        );
        known[(model, number)] = facts;
        return facts;
    }
}
