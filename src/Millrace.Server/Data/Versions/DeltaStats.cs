using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Core;
using Millrace.Engine.Tables;

namespace Millrace.Data.Versions;

/// <summary>The statistics that Delta keeps with each file, from the file's own footer: readers skip files by them.</summary>
internal static class DeltaStats
{
    public static string Of(DuckSession duck, string file, IReadOnlyList<Column> schema, CancellationToken ct)
    {
        var rows = duck.Count($"SELECT sum(num_rows) FROM parquet_file_metadata({Sql.Files([file])})", ct);
        var nulls = duck.Query(
            $"SELECT coalesce(sum(stats_null_count), 0)::BIGINT FROM parquet_metadata({Sql.Files([file])}) GROUP BY column_id ORDER BY column_id",
            r => r.GetInt64(0),
            ct
        );
        var ordered = schema
            .Where(c => c.Type is ColumnType.Int32 or ColumnType.Int64 or ColumnType.Double or ColumnType.Date)
            .ToList();
        var extremes =
            ordered.Count == 0 || rows == 0
                ? []
                : duck.Query(
                    $"SELECT {string.Join(", ", ordered.Select(c => $"min({Sql.Identifier(c.Name)}), max({Sql.Identifier(c.Name)})"))} FROM read_parquet({Sql.Files([file])})",
                    r =>
                        Enumerable
                            .Range(0, ordered.Count * 2)
                            .Select(i => r.IsDBNull(i) ? null : r.GetValue(i))
                            .ToArray(),
                    ct
                )[0];
        var stats = new JsonObject
        {
            ["numRecords"] = rows,
            ["minValues"] = Values(ordered, extremes, 0),
            ["maxValues"] = Values(ordered, extremes, 1),
            ["nullCount"] = new JsonObject(
                schema.Zip(nulls).Select(c => KeyValuePair.Create(c.First.Name, (JsonNode?)JsonValue.Create(c.Second)))
            ),
        };
        return stats.ToJsonString(Json.Options);
    }

    private static JsonObject Values(List<Column> columns, object?[] extremes, int which)
    {
        var values = new JsonObject();
        for (var i = 0; i < columns.Count && extremes.Length > 0; i++)
        {
            var value = extremes[(2 * i) + which];
            if (value is double number && !double.IsFinite(number))
            {
                continue;
            }

            values[columns[i].Name] = value switch
            {
                null => null,
                DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                DateTime moment => moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                _ => JsonSerializer.SerializeToNode(value, Json.Options),
            };
        }

        return values;
    }
}
