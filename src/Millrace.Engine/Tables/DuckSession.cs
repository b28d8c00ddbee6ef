using System.Globalization;
using System.Numerics;
using DuckDB.NET.Data;

namespace Millrace.Engine.Tables;

/// <summary>
/// One DuckDB in memory for one piece of work: bounded, spilling only into its own folder, in UTC, stopped by the
/// cancellation token. Its <see cref="Connection"/> is not for use by two threads at once.
/// </summary>
public sealed class DuckSession : IDisposable
{
    private DuckSession(DuckDBConnection connection) => Connection = connection;

    public DuckDBConnection Connection { get; }

    /// <param name="spillFolder">Where larger-than-memory work goes; made when needed.</param>
    public static DuckSession Open(string spillFolder) => Open(spillFolder, MemoryMegabytes());

    public static DuckSession Open(string spillFolder, long memoryMegabytes)
    {
        var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        var session = new DuckSession(connection);
        session.Run(
            $"""
            SET temp_directory = {Sql.Literal(spillFolder)};
            SET memory_limit = '{memoryMegabytes.ToString(CultureInfo.InvariantCulture)}MB';
            SET preserve_insertion_order = true;
            SET TimeZone = 'UTC';
            SET autoinstall_known_extensions = false;
            SET autoload_known_extensions = false;
            SET enable_progress_bar = true;
            SET enable_progress_bar_print = false;
            """
        );
        return session;
    }

    /// <summary>Share of the running statement that is done, 0 to 1; null while DuckDB cannot tell.</summary>
    public double? Progress() =>
        Connection.GetQueryProgress() is { Percentage: >= 0 and var percent } ? Math.Min(percent / 100, 1) : null;

    /// <returns>How many rows the statement says it touched.</returns>
    public long Execute(string sql, CancellationToken ct) => Interruptible(sql, c => (long)c.ExecuteNonQuery(), ct);

    public IReadOnlyList<T> Query<T>(string sql, Func<DuckDBDataReader, T> read, CancellationToken ct) =>
        Interruptible(
            sql,
            command =>
            {
                using var reader = command.ExecuteReader();
                var rows = new List<T>();
                while (reader.Read())
                {
                    rows.Add(read(reader));
                }

                return rows;
            },
            ct
        );

    /// <summary>Reads the answer in one go, with the columns that it has.</summary>
    public T Read<T>(string sql, Func<DuckDBDataReader, T> read, CancellationToken ct) =>
        Interruptible(
            sql,
            command =>
            {
                using var reader = command.ExecuteReader();
                return read(reader);
            },
            ct
        );

    public long Count(string sql, CancellationToken ct) =>
        Query(sql, r => r.IsDBNull(0) ? 0 : Whole(r.GetValue(0)), ct)[0];

    public void Dispose() => Connection.Dispose();

    private T Interruptible<T>(string sql, Func<DuckDBCommand, T> run, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        using var interrupt = ct.Register(command.Cancel);
        try
        {
            return run(command);
        }
        catch (DuckDBException) when (ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
    }

    /// <summary>sum() of whole numbers is 128 bits wide.</summary>
    private static long Whole(object value) =>
        value is BigInteger wide ? (long)wide : Convert.ToInt64(value, CultureInfo.InvariantCulture);

    private void Run(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Half of the machine, and no more than 4 GB: other work shares it.</summary>
    private static long MemoryMegabytes() =>
        Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2 >> 20, 512, 4096);
}
