using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>A column that the ingestion will write.</summary>
/// <param name="Type">Null until it is found out from all rows.</param>
/// <param name="IsText">Digits are no number: JSON wrote it as text.</param>
internal sealed record IngestColumn(string Name, ColumnType? Type, ColumnRule Rule, bool IsText)
{
    public ColumnType KnownType => Type ?? throw new InvalidOperationException($"The type of {Name} is not known yet.");
}

/// <summary>Brings together what the files have, what the contract demands and what the dataset already is.</summary>
internal static class PlanColumns
{
    public static IReadOnlyList<IngestColumn> Run(IReadOnlyList<Source> sources, IngestSpec spec, List<string> notices)
    {
        var rules = spec.Contract.Columns.ToDictionary(r => r.Name, StringComparer.Ordinal);
        var first = sources[0];
        var names = spec.Schema?.Select(c => c.Name).ToList() ?? Names(first, spec.Contract, notices);
        foreach (var source in sources)
        {
            RefuseMissing(source, names.Concat(rules.Keys).Distinct(StringComparer.Ordinal), spec, rules);
            RefuseExtra(source, names, first, spec);
        }

        foreach (var key in spec.Contract.Unique.Where(k => !names.Contains(k, StringComparer.Ordinal)))
        {
            throw Refusal.Invalid(
                $"The contract's unique key names the column '{key}', which {first.Name} does not have.{ColumnNames.DidYouMean(key, names)}"
            );
        }

        return
        [
            .. names.Select(n => Plan(n, sources, spec, rules.GetValueOrDefault(n) ?? new ColumnRule { Name = n })),
        ];
    }

    private static List<string> Names(Source first, Contract contract, List<string> notices)
    {
        var all = first.Columns.Select(c => c.Name).ToList();
        if (!contract.Closed)
        {
            return all;
        }

        var kept = all.Where(n => contract.Columns.Any(r => string.Equals(r.Name, n, StringComparison.Ordinal)))
            .ToList();
        if (kept.Count < all.Count)
        {
            notices.Add(
                $"Columns that the closed contract does not name were dropped: {string.Join(", ", all.Except(kept, StringComparer.Ordinal))}."
            );
        }

        return kept.Count > 0
            ? kept
            : throw Refusal.Invalid(
                $"{first.Name} has none of the contract's columns ({string.Join(", ", contract.Columns.Select(r => r.Name))}); it has {string.Join(", ", all)}."
            );
    }

    private static void RefuseMissing(
        Source source,
        IEnumerable<string> wanted,
        IngestSpec spec,
        Dictionary<string, ColumnRule> rules
    )
    {
        var has = source.Columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var missing = wanted.FirstOrDefault(n => !has.Contains(n));
        if (missing is null)
        {
            return;
        }

        var who =
            rules.ContainsKey(missing) ? "the contract names it"
            : spec.Schema is not null ? "the dataset has it"
            : "the first file has it";
        var header = source is { Format: FileFormat.Csv, Header: false }
            ? " The file was read as having no header: set header to true if its first line names the columns."
            : "";
        throw Refusal.Invalid(
            $"{source.Name} has no column '{missing}', but {who}.{ColumnNames.DidYouMean(missing, has)} It has: {Some(source)}.{header}"
        );
    }

    private static void RefuseExtra(Source source, List<string> names, Source first, IngestSpec spec)
    {
        var extra = spec.Contract.Closed
            ? null
            : source.Columns.FirstOrDefault(c => !names.Contains(c.Name, StringComparer.Ordinal));
        if (extra is not null)
        {
            var other = spec.Schema is not null ? "the dataset" : first.Name;
            throw Refusal.Invalid(
                $"{source.Name} has a column '{extra.Name}' that {other} has not.{ColumnNames.DidYouMean(extra.Name, names)} A closed contract drops what it does not name; a new dataset name takes the columns as they are."
            );
        }
    }

    private static IngestColumn Plan(string name, IReadOnlyList<Source> sources, IngestSpec spec, ColumnRule rule)
    {
        var existing = spec.Schema?.First(c => string.Equals(c.Name, name, StringComparison.Ordinal)).Type;
        if (rule.Type is { } declared && existing is { } so && declared != so)
        {
            throw Refusal.Invalid(
                $"The contract wants {name} as {declared.Word()}, but the dataset holds it as {so.Word()}, and types of a dataset do not change: ingest into a new dataset."
            );
        }

        var found = sources
            .Select(s => s.Columns.First(c => string.Equals(c.Name, name, StringComparison.Ordinal)))
            .ToList();
        var type = rule.Type ?? existing ?? (rule.Format is null ? null : ColumnType.Timestamp);
        if (type is null && sources.All(s => s.Format == FileFormat.Parquet))
        {
            type = found.Select(c => c.Type!.Value).Aggregate(CellShape.Join);
        }

        if (rule.Format is not null && type is not (ColumnType.Date or ColumnType.Timestamp))
        {
            throw Refusal.Invalid(
                $"The contract gives {name} a format, but it is {type!.Value.Word()}: formats are for date and timestamp."
            );
        }

        return new IngestColumn(name, type, rule, found.Exists(c => c.IsText));
    }

    private static string Some(Source source) =>
        string.Join(", ", source.Columns.Take(12).Select(c => c.Name)) + (source.Columns.Count > 12 ? ", …" : "");
}
