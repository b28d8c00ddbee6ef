using Npgsql;

namespace Millrace.Testing;

/// <summary>A fresh database in the PostgreSQL that MILLRACE_TEST_DB names; nothing where it names none, which is SQLite.</summary>
public sealed class TestDatabase
{
    private readonly string name = $"test_{Guid.CreateVersion7():n}";
    private readonly string? admin = Environment.GetEnvironmentVariable("MILLRACE_TEST_DB");

    /// <summary>Null for SQLite.</summary>
    public string? ConnectionString =>
        string.IsNullOrEmpty(admin)
            ? null
            : new NpgsqlConnectionStringBuilder(admin) { Database = name }.ConnectionString;

    public Task CreateAsync() => ExecuteAsync($"create database {name}");

    public Task DropAsync()
    {
        NpgsqlConnection.ClearAllPools();
        return ExecuteAsync($"drop database if exists {name} with (force)");
    }

    private async Task ExecuteAsync(string sql)
    {
        if (string.IsNullOrEmpty(admin))
        {
            return;
        }

        await using var connection = new NpgsqlConnection(admin);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
