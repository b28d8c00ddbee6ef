using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>Statements beside EF within its transaction, in the dialect that SQLite and PostgreSQL share. Values are parameters.</summary>
internal static class WriteRows
{
    private const int RowsAtOnce = 50;

    /// <summary>Inserts rows, many with one statement.</summary>
    /// <param name="db">Has a transaction.</param>
    /// <param name="table">Its name and, quoted, the columns that the rows have values for.</param>
    /// <param name="rows">A value for each column; of one type over all rows, or null.</param>
    /// <param name="conflict">What becomes of a row that is there: "on conflict …"; empty: an error.</param>
    /// <param name="ct">Stops between statements.</param>
    public static async Task InsertAsync(
        this MillraceDb db,
        string table,
        IReadOnlyList<object?[]> rows,
        string conflict,
        CancellationToken ct
    )
    {
        foreach (var batch in rows.Chunk(RowsAtOnce))
        {
            await using var command = db.Command($"insert into {table} values {Places(batch)} {conflict}");
            Fill(command, batch);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>The same, and reads what the statement returns.</summary>
    public static async Task InsertAsync(
        this MillraceDb db,
        string table,
        IReadOnlyList<object?[]> rows,
        string conflict,
        Action<DbDataReader> returned,
        CancellationToken ct
    )
    {
        foreach (var batch in rows.Chunk(RowsAtOnce))
        {
            await using var command = db.Command($"insert into {table} values {Places(batch)} {conflict}");
            Fill(command, batch);
            await ReadAsync(command, returned, ct);
        }
    }

    /// <param name="db">Has an open connection: a transaction, or one that is opened for the purpose.</param>
    /// <param name="sql">Its parameters are @0, @1 …</param>
    /// <param name="read">Called for each row.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <param name="values">The parameters in order.</param>
    public static async Task ReadAsync(
        this MillraceDb db,
        string sql,
        Action<DbDataReader> read,
        object?[] values,
        CancellationToken ct
    )
    {
        await using var command = db.Command(sql);
        Fill(command, [values]);
        await ReadAsync(command, read, ct);
    }

    public static async Task<int> ExecuteAsync(this MillraceDb db, string sql, object?[] values, CancellationToken ct)
    {
        await using var command = db.Command(sql);
        Fill(command, [values]);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>"@3, @4, @5" for a list of values that begins at the third parameter.</summary>
    public static string List(int first, int count) =>
        string.Join(
            ", ",
            Enumerable.Range(first, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"@{i}"))
        );

    private static async Task ReadAsync(DbCommand command, Action<DbDataReader> read, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            read(reader);
        }
    }

    private static DbCommand Command(this MillraceDb db, string sql)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // Every caller's text is a constant with names of parameters in it.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static string Places(object?[][] rows)
    {
        var sql = new StringBuilder();
        var n = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            sql.Append(i == 0 ? "(" : ", (").Append(List(n, rows[i].Length)).Append(')');
            n += rows[i].Length;
        }

        return sql.ToString();
    }

    private static void Fill(DbCommand command, object?[][] rows)
    {
        var n = 0;
        foreach (var row in rows)
        {
            foreach (var value in row)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@{n++}");
                parameter.Value = value ?? DBNull.Value;
                command.Parameters.Add(parameter);
            }
        }
    }
}
