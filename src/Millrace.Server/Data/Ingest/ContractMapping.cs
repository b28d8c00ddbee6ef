using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Data.Ingest;

/// <summary>Contract and reading options between the wire, where names are text, and the engine.</summary>
public static class ContractMapping
{
    public static Contract FromWire(ContractWire wire) =>
        new()
        {
            Columns = [.. (wire.Columns ?? []).Select(FromWire)],
            Unique = wire.Unique ?? [],
            Closed = wire.Closed,
        };

    public static ContractWire ToWire(Contract contract) =>
        new()
        {
            Columns =
            [
                .. contract.Columns.Select(c => new ColumnRuleWire
                {
                    Name = c.Name,
                    Type = c.Type is { } type ? type.Word() : null,
                    Format = c.Format,
                    Required = c.Required,
                    Min = c.Min,
                    Max = c.Max,
                    Allowed = c.Allowed,
                    Pattern = c.Pattern,
                }),
            ],
            Unique = contract.Unique,
            Closed = contract.Closed,
        };

    public static ReadOptions FromWire(ReadOptionsWire wire) =>
        new()
        {
            Format = wire.Format is { Length: > 0 } format ? Format(format) : null,
            Delimiter = wire.Delimiter is { Length: > 0 } delimiter ? Delimiter(delimiter) : null,
            Header = wire.Header,
            SkipRows = wire.SkipRows is { } skip and < 0
                ? throw Refusal.Invalid($"skip_rows is {skip}: it cannot be negative.")
                : wire.SkipRows,
            Encoding = wire.Encoding,
            Trim = wire.Trim,
            NullValues = wire.NullValues,
        };

    private static ColumnRule FromWire(ColumnRuleWire wire)
    {
        var rule = new ColumnRule
        {
            Name = wire.Name,
            Type = wire.Type is { Length: > 0 } type
                ? Enum.TryParse<ColumnType>(type, ignoreCase: true, out var known) && !char.IsAsciiDigit(type[0])
                    ? known
                    : throw Refusal.Invalid(
                        $"Column {wire.Name}: '{type}' is not a type. Types are {string.Join(", ", Enum.GetValues<ColumnType>().Select(t => t.Word()))}."
                    )
                : null,
            Format = wire.Format,
            Required = wire.Required,
            Min = wire.Min,
            Max = wire.Max,
            Allowed = wire.Allowed,
            Pattern = wire.Pattern,
        };
        return RuleCheck.Wrong(rule) is { } wrong ? throw Refusal.Invalid(wrong) : rule;
    }

    private static FileFormat Format(string text) =>
        text.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant() switch
        {
            "csv" => FileFormat.Csv,
            "jsonlines" or "jsonl" or "ndjson" => FileFormat.JsonLines,
            "parquet" => FileFormat.Parquet,
            _ => throw Refusal.Invalid($"'{text}' is not a format: csv, json_lines or parquet."),
        };

    private static char Delimiter(string text) =>
        text switch
        {
            "tab" or "\\t" => '\t',
            { Length: 1 } => text[0],
            _ => throw Refusal.Invalid($"'{text}' is not a delimiter: use one character, or tab."),
        };
}
