using Millrace.Core;
using Millrace.Data.Versions;
using Millrace.Engine.Declarations;
using Millrace.Experiments.Tracking;
using Millrace.Loop.Declared;
using Millrace.Loop.Retraining;

namespace Millrace.Loop.Reconciling;

/// <summary>Puts a run for each algorithm in line, within the caller's unit of work.</summary>
internal sealed class StartLoopRuns(ReadVersion datasets, StartRun runs)
{
    /// <summary>A run's key is all that it is made from: the same again is the same run, also of an earlier retraining.</summary>
    public async Task<IReadOnlyList<RunId>> AddAsync(
        LoopRow loop,
        RetrainingRow retraining,
        LoopDeclaration wanted,
        CancellationToken ct
    )
    {
        var data = await datasets.RunAsync(wanted.Data.Dataset, retraining.DatasetVersion, ct);
        var recipe = DeclarationHash.Of(wanted.Data.Recipe);
        var ids = new List<RunId>();
        foreach (var algorithm in wanted.Model.Try)
        {
            var model = DeclarationHash.Of(wanted.Model with { Try = [algorithm] });
            ids.Add(
                await runs.AddAsync(
                    new RunRequest
                    {
                        Experiment = new(loop.Name.Value),
                        Name = $"{algorithm.Describe()} on {data.Dataset} v{data.Number}",
                        Key = $"{loop.Name}/{data.Hash}/{wanted.Data.EventTime}/{recipe}/{model}/{loop.Attempt}",
                        Loop = loop.Name,
                        Dataset = data.Dataset,
                        DatasetVersion = data.Number,
                        DatasetHash = data.Hash,
                        Files = data.Files,
                        Schema = data.Schema,
                        EventTime = wanted.Data.EventTime,
                        Recipe = wanted.Data.Recipe,
                        Model = wanted.Model,
                        Algorithm = algorithm,
                        Gates = wanted.Gates,
                    },
                    ct
                )
            );
        }

        return ids;
    }
}
