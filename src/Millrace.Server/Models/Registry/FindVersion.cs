using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Models.Registry;

/// <summary>Finds a version by number, by alias, or the latest.</summary>
internal sealed class FindVersion(MillraceDb db, MillraceFolder folder)
{
    public async Task<PackagedVersion> RunAsync(ModelName model, VersionNumber number, CancellationToken ct) =>
        await FindAsync(model, number, ct) ?? throw await MissingAsync(model, $"version {number}", ct);

    /// <param name="model">The model.</param>
    /// <param name="reference">An alias, <c>latest</c>, <c>3</c> or <c>v3</c>.</param>
    /// <param name="ct">Cancels the search.</param>
    public async Task<PackagedVersion> RunAsync(ModelName model, string reference, CancellationToken ct) =>
        await FindAsync(model, reference, ct) ?? throw await MissingAsync(model, $"version or alias '{reference}'", ct);

    public async Task<PackagedVersion?> FindAsync(ModelName model, string reference, CancellationToken ct)
    {
        var numbers =
            AliasName.Number(reference) is { } number ? [number]
            : AliasName.IsLatest(reference)
                ? await db.Set<VersionRow>()
                    .Where(v => v.Model == model)
                    .OrderByDescending(v => v.Number)
                    .Select(v => v.Number)
                    .Take(1)
                    .ToListAsync(ct)
            : await db.Set<AliasRow>()
                .Where(a => a.Model == model && a.Alias == reference)
                .Select(a => a.Version)
                .ToListAsync(ct);
        return numbers is [var found] ? await FindAsync(model, found, ct) : null;
    }

    public async Task<PackagedVersion?> FindAsync(ModelName model, VersionNumber number, CancellationToken ct)
    {
        var row = await db.Set<VersionRow>()
            .AsNoTracking()
            .Where(v => v.Model == model && v.Number == number)
            .Select(v => new
            {
                v.Run,
                v.Hash,
                v.Card,
                v.Learned,
                v.Blessing,
                v.Note,
            })
            .SingleOrDefaultAsync(ct);
        return row is null
            ? null
            : new(
                model,
                number,
                row.Run,
                folder.ModelVersion(model, number),
                row.Hash,
                row.Card,
                row.Learned,
                row.Blessing,
                row.Note
            );
    }

    private async Task<RefusalException> MissingAsync(ModelName model, string what, CancellationToken ct) =>
        Refusal.NotFound(
            await db.Set<ModelRow>().AnyAsync(m => m.Name == model, ct)
                ? $"Model {model} has no {what}."
                : $"There is no model {model}."
        );
}
