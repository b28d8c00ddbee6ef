using System.Globalization;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Ingest;

/// <summary>Whether the first line names the columns.</summary>
internal static class FindHeader
{
    /// <summary>Names are text; years are the one number that people name columns by.</summary>
    public static bool CouldBe(IReadOnlyList<string> fields)
    {
        var typed = fields.Where(f => TypeOf(f) is not (null or ColumnType.String)).ToList();
        return typed.Count == 0
            || (
                typed.Count > 1
                && typed.TrueForAll(IsYear)
                && typed.Distinct(StringComparer.Ordinal).Count() == typed.Count
            );
    }

    public static bool Is(string name, List<FindDialect.Sampled> records, List<string> notices)
    {
        var first = records[0].Fields;
        if (!CouldBe(first))
        {
            notices.Add(
                $"{name}: line {records[0].Line} is data, columns are named column1 …; set header to true if it names them."
            );
            return false;
        }

        var rows = records.Skip(1).Where(r => r.Fields.Length == first.Length).ToList();
        var repeated = rows.Exists(r =>
            r.Fields.Where((f, i) => f.Length > 0 && string.Equals(f, first[i], StringComparison.Ordinal)).Any()
        );
        if (repeated && rows.TrueForAll(r => r.Fields.All(f => TypeOf(f) is null or ColumnType.String)))
        {
            notices.Add(
                $"{name}: line {records[0].Line} is repeated as data, so columns are named column1 …; set header to true if it names them."
            );
            return false;
        }

        var typed = Enumerable
            .Range(0, first.Length)
            .Any(i => ColumnTypeOf(rows, i) is not (null or ColumnType.String));
        if (!typed)
        {
            notices.Add(
                $"{name}: line {records[0].Line} ({FindDialect.Show(first)}) is taken for the header; set header to false if it is data."
            );
        }

        return true;
    }

    /// <summary>The narrowest type of one column over sampled records; null where all are empty.</summary>
    public static ColumnType? ColumnTypeOf(IEnumerable<FindDialect.Sampled> rows, int column)
    {
        ColumnType? type = null;
        foreach (var row in rows)
        {
            if (column < row.Fields.Length && TypeOf(row.Fields[column]) is { } cell)
            {
                type = type is { } so ? CellShape.Join(so, cell) : cell;
            }
        }

        return type;
    }

    private static ColumnType? TypeOf(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length == 0 ? null : CellShape.Narrowest(trimmed);
    }

    private static bool IsYear(string text) =>
        int.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
        && year is >= 1000 and <= 2200;
}
