using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Models.Registry;

/// <summary>Models as people see them.</summary>
internal sealed class ShowModels(MillraceDb db)
{
    public async Task<IReadOnlyList<ModelSummary>> ListAsync(CancellationToken ct)
    {
        var models = await db.Set<ModelRow>().AsNoTracking().OrderBy(m => m.Name).ToListAsync(ct);
        var aliases = (await db.Set<AliasRow>().AsNoTracking().ToListAsync(ct)).ToLookup(a => a.Model);
        var newest = await db.Set<VersionRow>()
            .Where(v => !db.Set<VersionRow>().Any(o => o.Model == v.Model && o.Number > v.Number))
            .Select(v => new
            {
                v.Model,
                v.Number,
                v.Card,
            })
            .ToDictionaryAsync(v => v.Model, ct);
        return
        [
            .. models.Select(m => new ModelSummary(
                m.Name,
                m.Description,
                newest.GetValueOrDefault(m.Name)?.Number,
                Aliases(aliases[m.Name]),
                newest.GetValueOrDefault(m.Name) is { } last ? last.Card.Task.Word() : "",
                m.CreatedAt
            )),
        ];
    }

    public async Task<ModelView> OneAsync(ModelName model, CancellationToken ct)
    {
        var row =
            await db.Set<ModelRow>().AsNoTracking().SingleOrDefaultAsync(m => m.Name == model, ct)
            ?? throw Refusal.NotFound($"There is no model {model}.");
        var aliases = await db.Set<AliasRow>().AsNoTracking().Where(a => a.Model == model).ToListAsync(ct);
        var versions = await db.Set<VersionRow>()
            .AsNoTracking()
            .Where(v => v.Model == model)
            .OrderByDescending(v => v.Number)
            .Select(v => new
            {
                v.Number,
                v.Run,
                v.Card,
                v.PrimaryMetric,
                v.Score,
                v.Blessing,
                v.Hash,
                v.CreatedAt,
            })
            .ToListAsync(ct);
        return new()
        {
            Name = model,
            Description = row.Description,
            Tags = await TagsAsync(db, model, TagRow.OfModel, ct),
            Aliases = Aliases(aliases),
            Versions =
            [
                .. versions.Select(v => new ModelVersionSummary(
                    v.Number,
                    v.Run,
                    v.Card.Algorithm,
                    v.PrimaryMetric,
                    v.Score ?? double.NaN,
                    v.Blessing,
                    Of(aliases, v.Number),
                    v.Hash,
                    v.CreatedAt
                )),
            ],
            CreatedAt = row.CreatedAt,
        };
    }

    internal static IReadOnlyList<string> Of(IEnumerable<AliasRow> aliases, VersionNumber number) =>
        [.. aliases.Where(a => a.Version == number).Select(a => a.Alias).Order(StringComparer.Ordinal)];

    internal static async Task<IReadOnlyDictionary<string, string>> TagsAsync(
        MillraceDb db,
        ModelName model,
        VersionNumber version,
        CancellationToken ct
    ) =>
        new SortedDictionary<string, string>(
            await db.Set<TagRow>()
                .Where(t => t.Model == model && t.Version == version)
                .ToDictionaryAsync(t => t.Key, t => t.Value, StringComparer.Ordinal, ct),
            StringComparer.Ordinal
        );

    private static SortedDictionary<string, VersionNumber> Aliases(IEnumerable<AliasRow> aliases) =>
        new(aliases.ToDictionary(a => a.Alias, a => a.Version, StringComparer.Ordinal), StringComparer.Ordinal);
}
