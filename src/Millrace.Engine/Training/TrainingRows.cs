using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Training;

/// <summary>
/// The raw rows of a dataset version as the relation <see cref="Relation"/>: its columns, <c>__row</c> (order of ingestion from 0),
/// <c>__time</c> (microseconds; null where there is no event time), <c>__test</c> and <c>__valid</c>. The split is decided on raw
/// rows, before the recipe, so that it is the same for every recipe. Nothing is copied: the relation is a view over the files.
/// </summary>
internal sealed class TrainingRows : IDisposable
{
    public const string Relation = "source";
    public const string IsTraining = "NOT __test";

    private static readonly long EarliestMicros = Micros(DateTimeOffset.MinValue);
    private static readonly long LatestMicros = Micros(DateTimeOffset.MaxValue);

    private readonly string workFolder;
    private bool learnsInOrder;

    private TrainingRows(string workFolder)
    {
        this.workFolder = workFolder;
        Db = DuckSession.Open(workFolder);
    }

    public DuckSession Db { get; }

    /// <summary>What a person should know about how rows were chosen.</summary>
    public List<string> Notices { get; } = [];

    public static TrainingRows Open(TrainingSpec spec, double validation, CancellationToken ct)
    {
        var rows = new TrainingRows(Path.Combine(spec.OutputFolder, ".work"));
        try
        {
            rows.Define(spec, validation, ct);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Db.Dispose();
        if (Directory.Exists(workFolder))
        {
            Directory.Delete(workFolder, recursive: true);
        }
    }

    private void Define(TrainingSpec spec, double validation, CancellationToken ct)
    {
        if (spec.Files.Count == 0)
        {
            throw Refusal.Invalid("The dataset version has no rows: ingest data first.");
        }
        Number(spec, ct);
        var time = spec.EventTime is { } name
            ? Time(CheckModel.Find(spec.Schema, name, "event_time", Position.None), ct)
            : null;
        Window(spec, time, ct);
        var split = new Split(spec.Model, spec.EventTime is not null, SchemaColumn);
        split.Define(Db, validation, ct);
        learnsInOrder = split.By is SplitBy.Time or SplitBy.Order;

        string SchemaColumn(string column, string role) =>
            Sql.Identifier(CheckModel.Find(spec.Schema, column, role, Position.None).Name);
    }

    private void Number(TrainingSpec spec, CancellationToken ct)
    {
        if (spec.Schema.FirstOrDefault(c => c.Name.StartsWith("__", StringComparison.Ordinal)) is { } reserved)
        {
            throw Refusal.Invalid(
                $"Column '{reserved.Name}': names that begin with two underscores are Millrace's own. Rename it."
            );
        }
        var columns = spec.Schema.Select(c =>
            $"CAST({Sql.Identifier(c.Name)} AS {Sql.TypeName(c.Type)}) AS {Sql.Identifier(c.Name)}"
        );
        // One file knows the numbers of its rows, and then bounds on them and on columns skip what they leave out.
        var (number, options) =
            spec.Files.Count == 1
                ? ("file_row_number", "file_row_number = true")
                : ("row_number() OVER () - 1", "union_by_name = true");
        var bound = spec.UntilRow is { } until ? $"WHERE {FittedRecipe.RowNumber} < {Sql.Literal(until)}" : "";
        Db.Execute(
            $"""
            CREATE VIEW numbered AS
            SELECT * FROM (
                SELECT {string.Join(", ", columns)}, {number} AS {FittedRecipe.RowNumber}
                FROM read_parquet({Sql.Files(spec.Files)}, {options}))
            {bound}
            """,
            ct
        );
    }

    /// <summary>SQL of the moment in microseconds. Whole numbers are taken for seconds, milliseconds or microseconds by their size.</summary>
    private string Time(Column column, CancellationToken ct)
    {
        var name = Sql.Identifier(column.Name);
        switch (column.Type)
        {
            case ColumnType.Timestamp:
                return $"epoch_us({name})";
            case ColumnType.Date:
                return $"epoch_us(CAST({name} AS TIMESTAMP))";
            case ColumnType.Int32 or ColumnType.Int64:
                var largest = Db.Query(
                    $"SELECT CAST(max(abs({name})) AS DOUBLE) FROM numbered",
                    r => r.IsDBNull(0) ? 0 : r.GetDouble(0),
                    ct
                )[0];
                var (unit, factor) = largest switch
                {
                    < 1e11 => ("seconds", 1_000_000),
                    < 1e14 => ("milliseconds", 1000),
                    _ => ("microseconds", 1),
                };
                Notices.Add($"event_time '{column.Name}' is a number: read as {unit} since 1970.");
                return $"CAST({name} AS BIGINT) * {factor}";
            default:
                throw Refusal.Invalid(
                    $"event_time '{column.Name}' is {column.Type.Word()}, not a time: give it the type timestamp in the contract."
                );
        }
    }

    private void Window(TrainingSpec spec, string? time, CancellationToken ct)
    {
        if (spec.Model.Window is not null && time is null)
        {
            throw Refusal.Invalid("A window needs an event_time in the data section: without it no row is old.");
        }
        if (spec.Until is not null && time is null)
        {
            throw Refusal.Invalid("A bound in time needs an event_time in the data section: bound the rows by number.");
        }
        var where = "";
        if (time is not null)
        {
            var before = spec.Until is { } until ? Bound("<", Micros(until)) : "true";
            var found = Db.Query(
                $"SELECT max({time}), count(*) - count({time}), count(*) FROM numbered WHERE {time} IS NULL OR {before}",
                r => (Newest: r.IsDBNull(0) ? (long?)null : r.GetInt64(0), Missing: r.GetInt64(1), All: r.GetInt64(2)),
                ct
            )[0];
            if (found.Newest is not { } newest)
            {
                throw Refusal.Invalid(
                    found.All == 0
                        ? "The dataset version has no rows: ingest data first."
                        : $"No row has a value in the event_time '{spec.EventTime}'."
                );
            }
            if (found.Missing > 0)
            {
                Notices.Add($"{Count(found.Missing)} rows without event_time '{spec.EventTime}' were left out.");
            }
            where = $"WHERE {time} IS NOT NULL AND {before}";
            if (spec.Model.Window is { } window)
            {
                where += $" AND {Bound(">=", newest - (window.Ticks / TimeSpan.TicksPerMicrosecond))}";
            }
        }
        Db.Execute(
            $"CREATE VIEW windowed AS SELECT *, {time ?? "CAST(NULL AS BIGINT)"} AS __time FROM numbered {where}",
            ct
        );

        // On the column itself where that can be, so that row groups of a sorted file are skipped by their statistics.
        string Bound(string comparison, long micros) =>
            CheckModel.Find(spec.Schema, spec.EventTime, "event_time", Position.None).Type == ColumnType.Timestamp
                ? $"{Sql.Identifier(spec.EventTime!)} {comparison} make_timestamp({Sql.Literal(micros)})"
                : $"{time} {comparison} {Sql.Literal(micros)}";
    }

    /// <summary>From here on there is no test: every row teaches.</summary>
    public void TakeAll(CancellationToken ct)
    {
        Db.Execute(
            $"CREATE OR REPLACE VIEW {Relation} AS SELECT *, false AS __test, false AS __valid FROM windowed",
            ct
        );
        learnsInOrder = true;
    }

    /// <summary>Columns over the rows that are learned from, before the recipe: as they come to the model in serving.</summary>
    public IReadOnlyList<ColumnProfile> Profile(IReadOnlyList<Column> inputs, CancellationToken ct)
    {
        var file = Path.Combine(Directory.CreateDirectory(workFolder).FullName, "learned.parquet");
        var columns = Sql.Identifiers(inputs.Select(c => c.Name));
        Db.Execute(
            $"COPY (SELECT {columns} FROM {Relation} WHERE {IsTraining}) TO {Sql.Literal(file)} (FORMAT parquet)",
            ct
        );
        return ProfileColumns.Run(Db, [file], inputs, ct);
    }

    /// <summary>
    /// What was learned from, for the card: up to the newest moment, or where rows have no time up to the end of their order. Nothing
    /// where test rows drawn at random were kept back: those are told by the split.
    /// </summary>
    public (DateTimeOffset? Time, long? Row) LearnedUntil(CancellationToken ct)
    {
        if (!learnsInOrder)
        {
            return (null, null);
        }
        var (newest, rows) = Db.Query(
            $"SELECT max(__time), max(__row) + 1 FROM {Relation} WHERE {IsTraining}",
            r => (r.IsDBNull(0) ? default(long?) : r.GetInt64(0), r.GetInt64(1)),
            ct
        )[0];
        return newest is { } micros ? (At(micros), null) : (null, rows);
    }

    internal static DateTimeOffset At(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(
            Math.Clamp(micros, EarliestMicros, LatestMicros) * TimeSpan.TicksPerMicrosecond
        );

    internal static long Micros(DateTimeOffset at) =>
        (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    internal static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);
}
