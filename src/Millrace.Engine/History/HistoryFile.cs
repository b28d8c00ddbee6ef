using Millrace.Core;
using Millrace.Engine.Tables;

namespace Millrace.Engine.History;

/// <summary>Recorded rows in the order in which they happened, for a backtest to live through again.</summary>
/// <param name="Path">One Parquet file in small row groups, so that a window of it is read without the rest.</param>
/// <param name="Schema">Its columns, as ingested.</param>
/// <param name="EventTime">The column that says when a row happened; null: the order stands for time.</param>
/// <param name="Rows">How many there are.</param>
/// <param name="First">When the first happened; null where rows have no time.</param>
/// <param name="Middle">When the row in the middle happened.</param>
/// <param name="Last">When the last happened.</param>
public sealed record HistoryFile(
    string Path,
    IReadOnlyList<Column> Schema,
    string? EventTime,
    long Rows,
    DateTimeOffset? First,
    DateTimeOffset? Middle,
    DateTimeOffset? Last
)
{
    private const int RowGroup = 20_480;

    /// <summary>Sorts ingested rows by event time; rows of one moment stay in their order. Rows without a time are left out.</summary>
    /// <param name="files">Parquet files, in order of ingestion.</param>
    /// <param name="schema">Their columns.</param>
    /// <param name="eventTime">The column to sort by; null: the order as it is.</param>
    /// <param name="path">Where the sorted rows go.</param>
    /// <param name="spill">A folder for what memory does not hold.</param>
    /// <param name="ct">Stops it.</param>
    public static HistoryFile Write(
        IReadOnlyList<string> files,
        IReadOnlyList<Column> schema,
        string? eventTime,
        string path,
        string spill,
        CancellationToken ct
    )
    {
        using var db = DuckSession.Open(spill);
        var columns = Sql.Identifiers(schema.Select(c => c.Name));
        var time = eventTime is null ? "NULL::TIMESTAMP" : $"CAST({Sql.Identifier(eventTime)} AS TIMESTAMP)";
        var kept = eventTime is null ? "true" : $"{Sql.Identifier(eventTime)} IS NOT NULL";
        var rows = db.Execute(
            $"""
            COPY (
                SELECT {columns} FROM (SELECT *, row_number() OVER () AS __order FROM read_parquet({Sql.Files(
                files
            )}, union_by_name = true))
                WHERE {kept} ORDER BY {(eventTime is null ? "" : time + ", ")}__order)
            TO {Sql.Literal(path)} (FORMAT parquet, ROW_GROUP_SIZE {RowGroup})
            """,
            ct
        );
        if (rows == 0)
        {
            throw Refusal.Invalid(
                eventTime is null
                    ? "The history has no rows."
                    : $"No row of the history has a value in the event_time '{eventTime}'."
            );
        }

        var (first, middle, last) = db.Query(
            $"""
            SELECT epoch_us(min(t)), epoch_us(max(t) FILTER (n = {rows / 2})), epoch_us(max(t))
            FROM (SELECT {time} AS t, file_row_number AS n FROM read_parquet({Sql.Files([
                path,
            ])}, file_row_number = true))
            """,
            r => (At(r, 0), At(r, 1), At(r, 2)),
            ct
        )[0];
        return new(path, schema, eventTime, rows, first, middle, last);
    }

    /// <summary>How many rows happened before a moment.</summary>
    public long CountBefore(DateTimeOffset moment, string spill, CancellationToken ct)
    {
        using var db = DuckSession.Open(spill);
        return db.Count(
            $"SELECT count(*) FROM read_parquet({Sql.Files([Path])}) WHERE epoch_us(CAST({Sql.Identifier(EventTime!)} AS TIMESTAMP)) < {Sql.Literal(Micros(moment))}",
            ct
        );
    }

    internal static long Micros(DateTimeOffset moment) =>
        (moment - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset? At(DuckDB.NET.Data.DuckDBDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Moment(reader.GetInt64(column));

    internal static DateTimeOffset Moment(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
