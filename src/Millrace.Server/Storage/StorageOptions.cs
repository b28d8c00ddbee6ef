namespace Millrace.Storage;

/// <summary>Where records are kept. Section <c>Storage</c>.</summary>
internal sealed class StorageOptions
{
    /// <summary>An Npgsql connection string; empty for SQLite in the folder.</summary>
    public string PostgreSql { get; init; } = "";
}
