using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Millrace.Core;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Experiments.Tracking;

/// <summary>Writes points of metrics in batches beside EF, which is ten times slower at it.</summary>
internal sealed class RecordPoints(MillraceDb db)
{
    private const int RowsAtOnce = 100;
    private static readonly MomentConverter Moments = new();

    public async Task RunAsync(RunId run, IReadOnlyList<WorkMetric> metrics, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        foreach (var batch in metrics.Chunk(RowsAtOnce))
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.Transaction = transaction.GetDbTransaction();
            command.CommandText = Sql(batch.Length);
            Fill(command, run, batch);
            await command.ExecuteNonQueryAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }

    private static string Sql(int rows)
    {
        var sql = new StringBuilder("""insert into experiments_points ("Run", "Key", "Step", "Value", "At") values """);
        for (var i = 0; i < rows; i++)
        {
            sql.Append(
                CultureInfo.InvariantCulture,
                $"{(i == 0 ? "" : ", ")}(@run, @key{i}, @step{i}, @value{i}, @at{i})"
            );
        }

        return sql.ToString();
    }

    private static void Fill(DbCommand command, RunId run, WorkMetric[] batch)
    {
        Add("@run", DbType.String, run.Value);
        for (var i = 0; i < batch.Length; i++)
        {
            var point = batch[i];
            Add(Named("@key", i), DbType.String, point.Key);
            Add(Named("@step", i), DbType.Int64, point.Step);
            Add(Named("@value", i), DbType.Double, (object?)MetricRow.Stored(point.Value) ?? DBNull.Value);
            Add(Named("@at", i), DbType.Int64, Moments.ConvertToProviderTyped(point.At));
        }

        void Add(string name, DbType type, object value)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.DbType = type;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        static string Named(string stem, int i) => string.Create(CultureInfo.InvariantCulture, $"{stem}{i}");
    }
}
