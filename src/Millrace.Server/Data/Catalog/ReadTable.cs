using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Data.Catalog;

/// <summary>Rows of DuckDB as the wire's table: numbers and booleans as JSON has them, moments in ISO 8601, bytes as DuckDB prints them, the rest as text.</summary>
internal static class ReadTable
{
    public static TableView Of(DuckDBDataReader reader, int limit)
    {
        var columns = Enumerable
            .Range(0, reader.FieldCount)
            .Select(i => new TableColumn(reader.GetName(i), TypeName(reader.GetDataTypeName(i))))
            .ToList();
        var rows = new List<IReadOnlyList<JsonElement>>();
        while (reader.Read())
        {
            if (rows.Count == limit)
            {
                return new TableView(columns, rows, Truncated: true);
            }

            var row = new JsonElement[columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = JsonSerializer.SerializeToElement(
                    reader.IsDBNull(i) ? null : Plain(reader.GetValue(i)),
                    Json.Options
                );
            }

            rows.Add(row);
        }

        return new TableView(columns, rows, Truncated: false);
    }

    /// <summary>A cell as text, for CSV; null stays null.</summary>
    public static string? Text(object? value) =>
        value is null ? null
        : Plain(value) is { } plain ? plain as string ?? Convert.ToString(plain, CultureInfo.InvariantCulture)
        : null;

    private static object? Plain(object value) =>
        value switch
        {
            bool or sbyte or byte or short or ushort or int or uint or long or ulong or float or decimal or string =>
                value,
            double number => double.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
            BigInteger wide => wide >= long.MinValue && wide <= long.MaxValue
                ? (long)wide
                : wide.ToString(CultureInfo.InvariantCulture),
            DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            DateTime moment => moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
            DateTimeOffset moment => moment.UtcDateTime.ToString(
                "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'",
                CultureInfo.InvariantCulture
            ),
            Stream bytes => Blob(bytes),
            System.Collections.IDictionary map => map
                .Keys.Cast<object>()
                .ToDictionary(k => Text(k) ?? "", k => map[k] is { } v ? Plain(v) : null, StringComparer.Ordinal),
            System.Collections.IEnumerable list => list.Cast<object?>()
                .Select(v => v is null ? null : Plain(v))
                .ToList(),
            _ => value.ToString(),
        };

    /// <summary>As DuckDB writes it: what is printable as it is, any other byte as \xFF.</summary>
    private static string Blob(Stream bytes)
    {
        var text = new StringBuilder();
        while (bytes.ReadByte() is >= 0 and var b)
        {
            _ = b is >= ' ' and <= '~' and not ('\\' or '\'' or '"')
                ? text.Append((char)b)
                : text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
        }

        return text.ToString();
    }

    private static string TypeName(string native) =>
        native.ToUpperInvariant() switch
        {
            "BOOLEAN" => "bool",
            "INTEGER" => "int32",
            "BIGINT" or "HUGEINT" => "int64",
            "DOUBLE" or "FLOAT" => "double",
            "VARCHAR" => "string",
            "DATE" => "date",
            "TIMESTAMP" => "timestamp",
            var other => other.ToLowerInvariant(),
        };
}
