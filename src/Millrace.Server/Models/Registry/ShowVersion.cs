using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Models.Registry;

/// <summary>One version with its gates, its files, and its lineage: back to the data, and on to where it serves.</summary>
internal sealed class ShowVersion(MillraceDb db, IEnumerable<IServingPlaces> places)
{
    public async Task<ModelVersionView> RunAsync(ModelName model, VersionNumber number, CancellationToken ct)
    {
        var row =
            await db.Set<VersionRow>()
                .AsNoTracking()
                .SingleOrDefaultAsync(v => v.Model == model && v.Number == number, ct)
            ?? throw Refusal.NotFound($"Model {model} has no version {number}.");
        var aliases = await db.Set<AliasRow>().AsNoTracking().Where(a => a.Model == model).ToListAsync(ct);
        return new()
        {
            Model = model,
            Number = number,
            Description = row.Description,
            Tags = await ShowModels.TagsAsync(db, model, number, ct),
            Aliases = ShowModels.Of(aliases, number),
            Task = row.Card.Task.Word(),
            Algorithm = row.Card.Algorithm,
            Hash = row.Hash,
            CreatedAt = row.CreatedAt,
            Blessing = row.Blessing,
            Note = row.Note,
            Gates = row.Gates,
            GatesJob = row.GatesJob,
            Metrics = row.Metrics,
            Baseline = row.Baseline,
            PrimaryMetric = row.PrimaryMetric,
            Inputs = [.. row.Card.Inputs.Select(c => new InputView(c.Name, c.Type.Word()))],
            Files = [.. row.Files.Select(f => new FileView(f.Name, f.Bytes, 0, f.Sha256))],
            Lineage = await LineageAsync(row, ct),
        };
    }

    private async Task<LineageView> LineageAsync(VersionRow row, CancellationToken ct)
    {
        var endpoints = new List<EndpointName>();
        foreach (var place in places)
        {
            endpoints.AddRange(await place.OfVersionAsync(row.Model, row.Number, ct));
        }

        return new(
            row.Dataset,
            row.DatasetVersion,
            row.DatasetHash,
            row.RecipeHash,
            row.Run,
            row.Experiment,
            row.Loop,
            row.CodeVersion,
            row.Seed,
            [.. endpoints.OrderBy(e => e.Value, StringComparer.Ordinal)]
        );
    }
}
