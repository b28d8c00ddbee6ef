using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Millrace.Storage;

public static class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services, MillraceFolder folder)
    {
        services.AddSingleton(folder);
        services.AddSettings<StorageOptions>("Storage");
        services.AddScoped<Schema>();
        services.AddSingleton<DatabaseLock>();
        services.AddHostedService<KeepDatabaseLock>();
        return services.AddDbContext<MillraceDb>(
            (provider, db) =>
            {
                var postgres = provider
                    .GetRequiredService<Microsoft.Extensions.Options.IOptions<StorageOptions>>()
                    .Value.PostgreSql;
                // A JSON column is replaced whole, never changed in place: it needs no comparer.
                db.ConfigureWarnings(w => w.Ignore(CoreEventId.CollectionWithoutComparer));
                _ = postgres.Length > 0 ? db.UseNpgsql(postgres) : db.UseSqlite(SqliteConnectionString(folder));
            }
        );
    }

    /// <summary>Makes the folder and brings the database to this binary's schema. Called once, before anything serves.</summary>
    public static async Task UpdateStorageAsync(this IServiceProvider services, CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MillraceDb>();
        Directory.CreateDirectory(scope.ServiceProvider.GetRequiredService<MillraceFolder>().Root);
        var schema = scope.ServiceProvider.GetRequiredService<Schema>();
        await schema.CreateAsync(ct);
        await services.GetRequiredService<DatabaseLock>().TakeAsync(db, ct);
        await schema.UpdateAsync(ct);
        if (db.Database.IsSqlite())
        {
            await db.Database.ExecuteSqlRawAsync("pragma journal_mode = wal", ct);
        }
    }

    private static string SqliteConnectionString(MillraceFolder folder) =>
        new SqliteConnectionStringBuilder
        {
            DataSource = folder.Database,
            // Seconds that a writer waits for another before it gives up.
            DefaultTimeout = 30,
        }.ConnectionString;
}
