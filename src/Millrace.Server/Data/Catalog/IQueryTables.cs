namespace Millrace.Data.Catalog;

/// <summary>A table that a query may name and that is no dataset.</summary>
/// <param name="Name">As the query calls it.</param>
/// <param name="Files">Parquet files; their columns are put together by name.</param>
internal sealed record QueryTable(string Name, IReadOnlyList<string> Files);

/// <summary>What further to the right can be asked about with SQL. The right implements it.</summary>
internal interface IQueryTables
{
    /// <summary>The tables that stand in the query's text, and have rows.</summary>
    Task<IReadOnlyList<QueryTable>> FindAsync(string sql, CancellationToken ct);
}
