using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Millrace.Storage;

/// <summary>
/// Makes the database fit this binary: an empty one gets every table at once, an older one each later
/// <see cref="Step"/> in turn, in one transaction. It goes forward only. See docs/decisions/0002-schema-steps.md.
/// </summary>
internal sealed class Schema(MillraceDb db)
{
    /// <summary>A change of the schema since release 0.1.0, in both dialects' common SQL.</summary>
    internal sealed record Step(int Version, string Sql);

    internal static IReadOnlyList<Step> Steps { get; } = [];

    private static int Newest => Steps.Count == 0 ? 1 : Steps[^1].Version;

    /// <summary>Makes the database, without any table, where there is none.</summary>
    public async Task CreateAsync(CancellationToken ct)
    {
        var creator = db.GetService<IRelationalDatabaseCreator>();
        if (!await creator.ExistsAsync(ct))
        {
            await creator.CreateAsync(ct);
        }
    }

    public async Task UpdateAsync(CancellationToken ct)
    {
        var creator = db.GetService<IRelationalDatabaseCreator>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await creator.HasTablesAsync(ct))
        {
            await creator.CreateTablesAsync(ct);
            db.Add(new SchemaRow { Version = Newest });
            await db.SaveChangesAsync(ct);
        }
        else
        {
            await StepForwardAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }

    private async Task StepForwardAsync(CancellationToken ct)
    {
        var row = await db.Set<SchemaRow>().SingleAsync(ct);
        if (row.Version > Newest)
        {
            throw new InvalidOperationException(
                $"The database has schema {row.Version}, this binary knows {Newest}: start the newer Millrace that wrote it."
            );
        }

        foreach (var step in Steps.Where(s => s.Version > row.Version))
        {
            await db.Database.ExecuteSqlRawAsync(step.Sql, ct);
            row.Version = step.Version;
        }

        await db.SaveChangesAsync(ct);
    }
}
