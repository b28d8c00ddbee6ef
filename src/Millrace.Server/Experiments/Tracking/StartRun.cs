using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Training;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Experiments.Tracking;

/// <summary>
/// Puts a run in line within the caller's own unit of work: the caller saves, then <see cref="JobQueue.Wake"/>s the runner.
/// </summary>
internal sealed class StartRun(MillraceDb db, StartJob jobs, MillraceFolder folder, TimeProvider time)
{
    /// <summary>The version of the code that trains, with its commit: 0.1.0+1a2b3c4.</summary>
    public static string CodeVersion { get; } =
        typeof(TrainingSpec).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "0";

    /// <returns>The new run, or the one that the same key was asked for before, however that stands or ended.</returns>
    public async Task<RunId> AddAsync(RunRequest request, CancellationToken ct)
    {
        var asked = db.Set<RunRow>().Local.Where(r => string.Equals(r.Key, request.Key, StringComparison.Ordinal));
        var known = await db.Set<RunRow>().Where(r => r.Key == request.Key).Select(r => r.Id).ToListAsync(ct);
        if (known.Concat(asked.Select(r => r.Id)).Take(1).ToList() is [var earlier])
        {
            return earlier;
        }

        var run = RunId.New(time);
        var job = JobId.New(time);
        var spec = Spec(request, folder.JobOutput(job));
        await AddExperimentAsync(request.Experiment, ct);
        db.Add(Row(request, run, job, spec));
        db.AddRange(
            Algorithm
                .Find(request.Algorithm, request.Model.Task)
                .Resolve(request.Algorithm, request.Model.Task)
                .All.Select(p => new ParamRow
                {
                    Run = run,
                    Key = p.Key,
                    Value = p.Value,
                })
        );
        db.AddRange(
            request.Tags.Select(t => new RunTagRow
            {
                Run = run,
                Key = t.Key,
                Value = t.Value,
            })
        );
        jobs.Add(job, TrainHandler.KindOfWork, request.Name, spec, new TrainContext(run));
        return run;
    }

    private static TrainingSpec Spec(RunRequest request, string output) =>
        new()
        {
            Files = request.Files,
            Schema = request.Schema,
            EventTime = request.EventTime,
            Recipe = request.Recipe,
            Model = request.Model,
            Algorithm = request.Algorithm,
            Metrics = [.. request.Gates.Select(g => g.Metric)],
            ProfilesInputs = true,
            OutputFolder = output,
        };

    private RunRow Row(RunRequest request, RunId run, JobId job, TrainingSpec spec)
    {
        // The default of a classification depends on its classes, which only training counts.
        var metric =
            request.Model.Metric
            ?? (request.Model.Task == TaskKind.Classify ? "" : MetricNames.Primary(request.Model.Task));
        return new()
        {
            Id = run,
            Key = request.Key,
            Experiment = request.Experiment,
            Name = request.Name,
            State = RunState.Queued,
            Job = job,
            Loop = request.Loop,
            Dataset = request.Dataset,
            DatasetVersion = request.DatasetVersion,
            DatasetHash = request.DatasetHash,
            CodeVersion = CodeVersion,
            Seed = request.Model.Seed,
            Algorithm = request.Algorithm.Describe(),
            Spec = spec,
            Gates = request.Gates,
            PrimaryMetric = metric,
            HigherIsBetter = MetricNames.HigherIsBetter(metric),
            CreatedAt = time.GetUtcNow(),
        };
    }

    /// <summary>Harmless outside of the caller's unit of work: an experiment without runs is only a name.</summary>
    private async Task AddExperimentAsync(ExperimentName name, CancellationToken ct)
    {
        var now = new MomentConverter().ConvertToProviderTyped(time.GetUtcNow());
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into experiments_experiments ("Name", "CreatedAt") values ({name.Value}, {now})
            on conflict do nothing
            """,
            ct
        );
    }
}
