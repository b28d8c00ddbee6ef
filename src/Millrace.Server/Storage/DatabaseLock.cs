using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Npgsql;

namespace Millrace.Storage;

/// <summary>
/// Keeps a PostgreSQL database to one server, by an advisory lock of a connection that lives as long as the server: a second one
/// would run the first one's jobs, and judge its rollouts, in a folder of its own. SQLite lies in the folder, which has a lock itself.
/// </summary>
internal sealed class DatabaseLock : IAsyncDisposable
{
    /// <summary>"Millrace" in ASCII.</summary>
    private const long Key = 0x4D69_6C6C_7261_6365;

    /// <summary>The connection of a server that was killed a moment ago is given up by then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private NpgsqlConnection? connection;

    /// <summary>True where there is one to keep.</summary>
    public bool IsTaken => connection is not null;

    /// <exception cref="RefusalException">Another server has it.</exception>
    public async Task TakeAsync(MillraceDb db, CancellationToken ct)
    {
        if (!db.Database.IsNpgsql())
        {
            return;
        }

        var own = new NpgsqlConnectionStringBuilder(db.Database.GetConnectionString())
        {
            Pooling = false,
            CommandTimeout = 5,
        };
        connection = new NpgsqlConnection(own.ConnectionString);
        await connection.OpenAsync(ct);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        for (var left = Patience / timer.Period; !await TryAsync(ct); left--)
        {
            if (left <= 0)
            {
                throw Refusal.Conflict(
                    $"Another Millrace server works on the database {own.Database} at {own.Host}: name that server (MILLRACE_URL, or its folder), or stop it first."
                );
            }

            await timer.WaitForNextTickAsync(ct);
        }
    }

    /// <summary>
    /// Takes it again where its connection broke, which gave it up: a restart of PostgreSQL, a failover, a network that drops what is
    /// idle.
    /// </summary>
    /// <returns>False where another server took it meanwhile.</returns>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<bool> KeepAsync(CancellationToken ct)
    {
        try
        {
            await using var ask = new NpgsqlCommand("SELECT 1", connection);
            await ask.ExecuteScalarAsync(ct);
            return true;
        }
        catch (Exception ex) when (ex is NpgsqlException or InvalidOperationException)
        {
            await connection!.CloseAsync();
            await connection.OpenAsync(ct);
            return await TryAsync(ct);
        }
    }

    public ValueTask DisposeAsync() => connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<bool> TryAsync(CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection);
        command.Parameters.Add(new() { Value = Key });
        return await command.ExecuteScalarAsync(ct) is true;
    }
}
