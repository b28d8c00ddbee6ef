using DuckDB.NET.Data;
using Millrace.Core;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>
/// Finds the rows that break rules. The rows come as a relation with a row number and typed columns; the numbers of those
/// that break something go into the table <c>broken(row, rules)</c>, which may hold structurally broken rows already.
/// </summary>
internal sealed class RowCheck(DuckSession duck, IReadOnlyList<RowRule> rules, IngestSpec spec)
{
    public const string Row = "millrace!row";

    public static readonly string RowName = Sql.Identifier(Row);

    public static void CreateTable(DuckSession duck, CancellationToken ct) =>
        duck.Execute("CREATE TEMP TABLE broken (row BIGINT, rules INTEGER[])", ct);

    /// <returns>The rule of a repeated key, null where the contract has none.</returns>
    public RowRule? Run(string relation, CancellationToken ct)
    {
        if (rules.Count > 0)
        {
            try
            {
                var cases = string.Join(", ", rules.Select(r => $"CASE WHEN {r.Broken} THEN {r.Number} END"));
                duck.Execute(
                    $"""
                    INSERT INTO broken
                    SELECT {RowName}, list_filter([{cases}], lambda x: x IS NOT NULL)
                    FROM {relation}
                    WHERE {string.Join(" OR ", rules.Select(r => r.Broken))}
                    """,
                    ct
                );
            }
            catch (DuckDBException e)
                when (e.Message.Contains("Conversion Error", StringComparison.Ordinal)
                    || e.Message.Contains("regex", StringComparison.OrdinalIgnoreCase)
                )
            {
                throw Refusal.Invalid($"The contract cannot be applied: {e.Message.Split('\n')[0]}");
            }
        }

        if (spec.Contract.Unique.Count == 0)
        {
            return null;
        }

        var unique = new RowRule(rules.Count, string.Join(", ", spec.Contract.Unique), "unique", "");
        Repeated(relation, unique, ct);
        return unique;
    }

    /// <summary>Rows with a key that an earlier good row, or the dataset, has. A key with a missing part identifies nothing and is let pass.</summary>
    private void Repeated(string relation, RowRule unique, CancellationToken ct)
    {
        var key = Sql.Identifiers(spec.Contract.Unique);
        var whole = string.Join(" AND ", spec.Contract.Unique.Select(k => $"{Sql.Identifier(k)} IS NOT NULL"));
        var good =
            $"(SELECT {RowName}, {key} FROM {relation} WHERE {whole} AND {RowName} NOT IN (SELECT row FROM broken))";
        if (duck.Count("SELECT count(*) FROM broken", ct) == 0)
        {
            good = $"(SELECT {RowName}, {key} FROM {relation} WHERE {whole})";
        }

        duck.Execute($"CREATE TEMP TABLE repeated AS SELECT {key} FROM {good} GROUP BY ALL HAVING count(*) > 1", ct);
        var known =
            spec.Existing.Count == 0
                ? ""
                : $"""
                    UNION
                    SELECT {RowName} FROM {good} SEMI JOIN (SELECT {key} FROM read_parquet({Sql.Files(
                        spec.Existing
                    )})) USING ({key})
                    """;
        duck.Execute(
            $"""
            INSERT INTO broken
            SELECT {RowName}, [{unique.Number}] FROM (
                SELECT {RowName} FROM (
                    SELECT {RowName}, row_number() OVER (PARTITION BY {key} ORDER BY {RowName}) AS nth
                    FROM {good} SEMI JOIN repeated USING ({key})
                ) WHERE nth > 1
                {known}
            )
            """,
            ct
        );
    }
}
