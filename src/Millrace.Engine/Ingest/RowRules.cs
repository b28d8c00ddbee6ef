using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>One thing that a row may break.</summary>
/// <param name="Column">Empty where the row itself is broken.</param>
/// <param name="Broken">SQL over the typed columns: true where the row breaks the rule.</param>
internal sealed record RowRule(int Number, string Column, string Name, string Broken);

/// <summary>The contract's rules as SQL conditions. Typed columns are called by their names, cells that could not be read as their type by "name!".</summary>
internal static class RowRules
{
    public const string UnreadSuffix = "!unread";

    /// <param name="unread">Columns for which cells that could not be read are told apart from empty ones.</param>
    public static IReadOnlyList<RowRule> Of(IReadOnlyList<IngestColumn> columns, IReadOnlySet<string> unread)
    {
        var rules = new List<RowRule>();
        void Add(string column, string name, string broken) =>
            rules.Add(new RowRule(rules.Count, column, name, broken));

        foreach (var column in columns.Where(c => unread.Contains(c.Name)))
        {
            Add(column.Name, "type", Sql.Identifier(column.Name + UnreadSuffix));
        }

        foreach (var column in columns)
        {
            var rule = column.Rule;
            var name = Sql.Identifier(column.Name);
            if (rule.Required)
            {
                Add(
                    column.Name,
                    "required",
                    unread.Contains(column.Name)
                        ? $"({name} IS NULL AND NOT {Sql.Identifier(column.Name + UnreadSuffix)})"
                        : $"{name} IS NULL"
                );
            }

            if (rule.Min is not null || rule.Max is not null)
            {
                Add(column.Name, "range", Range(column));
            }

            if (rule.Allowed.Count > 0)
            {
                Add(
                    column.Name,
                    "allowed",
                    $"coalesce({name} NOT IN ({string.Join(", ", rule.Allowed.Select(a => Allowed(column, a)))}), false)"
                );
            }

            if (rule.Pattern is { } pattern)
            {
                Add(
                    column.Name,
                    "pattern",
                    $"coalesce(NOT regexp_full_match(CAST({name} AS VARCHAR), {Sql.Literal(pattern)}), false)"
                );
            }
        }

        return rules;
    }

    private static string Range(IngestColumn column)
    {
        if (column.KnownType is not (ColumnType.Int32 or ColumnType.Int64 or ColumnType.Double))
        {
            throw Refusal.Invalid(RuleCheck.NoRange(column.Name, column.KnownType));
        }

        var name = Sql.Identifier(column.Name);
        var sides = new List<string>();
        if (column.Rule.Min is { } min)
        {
            sides.Add($"{name} < {Sql.Literal(min)}");
        }

        if (column.Rule.Max is { } max)
        {
            sides.Add($"{name} > {Sql.Literal(max)}");
        }

        return $"coalesce({string.Join(" OR ", sides)}, false)";
    }

    private static string Allowed(IngestColumn column, string value) =>
        column.KnownType == ColumnType.String
            ? Sql.Literal(value)
            : $"CAST({Sql.Literal(value)} AS {Sql.TypeName(column.KnownType)})";
}
