using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Storage;

namespace Millrace.Models.Registry;

/// <summary>Points an alias at a version. Nothing points anywhere in between.</summary>
internal sealed class MoveAlias(MillraceDb db, FindVersion versions, AuditTrail audit, TimeProvider time)
{
    public async Task RunAsync(ModelName model, string alias, VersionNumber number, string reason, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await AddAsync(model, alias, number, reason, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>The same within the caller's transaction; the caller saves and commits.</summary>
    public async Task AddAsync(ModelName model, string alias, VersionNumber number, string reason, CancellationToken ct)
    {
        AliasName.Check(alias);
        var version = await versions.RunAsync(model, number, ct);
        if (string.Equals(alias, AliasName.Champion, StringComparison.Ordinal))
        {
            version.DemandBlessed();
        }

        await PointAsync(model, alias, number, reason, ct);
    }

    /// <summary>Back to a version that was champion before: it was blessed then, and what its gates say today is no reason to stay in need.</summary>
    public Task AddBackAsync(ModelName model, VersionNumber number, string reason, CancellationToken ct) =>
        PointAsync(model, AliasName.Champion, number, reason, ct);

    private async Task PointAsync(
        ModelName model,
        string alias,
        VersionNumber number,
        string reason,
        CancellationToken ct
    )
    {
        var before = await db.Set<AliasRow>()
            .Where(a => a.Model == model && a.Alias == alias)
            .Select(a => a.Version)
            .ToListAsync(ct);
        if (before is [var already] && already == number)
        {
            return;
        }

        var now = new MomentConverter().ConvertToProviderTyped(time.GetUtcNow());
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into models_aliases ("Model", "Alias", "Version", "MovedAt")
            values ({model.Value}, {alias}, {number.Value}, {now})
            on conflict ("Model", "Alias") do update set "Version" = excluded."Version", "MovedAt" = excluded."MovedAt"
            """,
            ct
        );
        audit.Add(
            "aliased",
            AuditKinds.Model,
            $"{model} v{number}",
            reason,
            ("alias", alias),
            ("before", before is [var old] ? $"v{old}" : "")
        );
    }

    /// <summary>Takes an alias away. One that is not there stays away.</summary>
    public async Task DeleteAsync(ModelName model, string alias, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var before = await db.Set<AliasRow>()
            .Where(a => a.Model == model && a.Alias == alias)
            .Select(a => a.Version)
            .ToListAsync(ct);
        if (before is [var number])
        {
            await RemoveAsync(model, alias, number, "", ct);
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>
    /// Takes an alias away from a version within the caller's transaction; the caller saves and commits. One that points
    /// elsewhere by now stays.
    /// </summary>
    public async Task RemoveAsync(
        ModelName model,
        string alias,
        VersionNumber number,
        string reason,
        CancellationToken ct
    )
    {
        var removed = await db.Set<AliasRow>()
            .Where(a => a.Model == model && a.Alias == alias && a.Version == number)
            .ExecuteDeleteAsync(ct);
        if (removed > 0)
        {
            audit.Add("unaliased", AuditKinds.Model, $"{model} v{number}", reason, ("alias", alias));
        }
    }
}
