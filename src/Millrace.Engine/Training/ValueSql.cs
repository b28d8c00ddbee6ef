using DuckDB.NET.Data;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Training;

/// <summary>Cells of raw rows as <see cref="Value"/>s, the way that a request brings them.</summary>
internal static class ValueSql
{
    public static string Select(Column column)
    {
        var name = Sql.Identifier(column.Name);
        return column.Type switch
        {
            ColumnType.Int32 => $"CAST({name} AS BIGINT)",
            ColumnType.Date => $"epoch_us(CAST({name} AS TIMESTAMP))",
            ColumnType.Timestamp => $"epoch_us({name})",
            _ => name,
        };
    }

    public static Value Read(DuckDBDataReader reader, int at, ColumnType type) =>
        reader.IsDBNull(at)
            ? Value.Null
            : type switch
            {
                ColumnType.Bool => Value.Of(reader.GetBoolean(at)),
                ColumnType.Int32 or ColumnType.Int64 => Value.Of(reader.GetInt64(at)),
                ColumnType.Double => Value.Of(reader.GetDouble(at)),
                ColumnType.String => Value.Of(reader.GetString(at)),
                _ => Value.Timestamp(reader.GetInt64(at)),
            };
}
