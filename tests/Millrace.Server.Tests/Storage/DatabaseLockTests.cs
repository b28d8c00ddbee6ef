using Millrace.Hosting;
using Millrace.Testing;
using Npgsql;
using Xunit;

namespace Millrace.Server.Tests.Storage;

/// <summary>What keeps a PostgreSQL database to one server, when the connection that does it breaks. SQLite has nothing of it.</summary>
public sealed class DatabaseLockTests : IAsyncLifetime
{
    private const string Holder =
        "select pid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";

    private readonly TestDatabase database = new();
    private readonly string folder = Directory.CreateTempSubdirectory("millrace-test-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await database.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await database.DropAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_server_whose_connection_broke_takes_its_database_again_and_stops_where_another_has_it()
    {
        if (database.ConnectionString is not { } reached)
        {
            return;
        }

        await using var server = await MillraceServer.StartAsync(
            new()
            {
                Folder = folder,
                Address = new("http://127.0.0.1:0"),
                Configuration = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Storage:PostgreSql"] = reached,
                },
                LogToConsole = false,
            },
            Ct
        );
        await using var mine = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(reached) { Pooling = false }.ConnectionString
        );
        await mine.OpenAsync(Ct);
        var first = await AskAsync<int>(mine, Holder);

        await AskAsync<bool>(mine, $"select pg_terminate_backend({first})");

        int? second = null;
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        soon.CancelAfter(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        while (second is null || second == first)
        {
            await timer.WaitForNextTickAsync(soon.Token);
            second = await AskAsync<int?>(mine, Holder);
        }

        // Waiting in line, the other has it in the moment in which the connection breaks.
        var other = AskAsync<object>(
            mine,
            "select pg_advisory_lock(objid::bigint + (classid::bigint << 32)) from pg_locks where locktype = 'advisory' limit 1"
        );
        await using (var killer = new NpgsqlConnection(reached))
        {
            await killer.OpenAsync(Ct);
            await AskAsync<bool>(killer, $"select pg_terminate_backend({second})");
        }

        await other.WaitAsync(soon.Token);
        await server.WaitForShutdownAsync(Ct).WaitAsync(soon.Token);
    }

    private static async Task<T?> AskAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Ct) is T value ? value : default;
    }
}
