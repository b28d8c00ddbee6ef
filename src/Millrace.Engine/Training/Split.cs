using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Training;

/// <summary>
/// Which rows are held back to test, and which of the rest decide when training stops. Of n rows, n·test (rounded up) are held back:
/// <list type="bullet">
/// <item>time, order: the newest. Rows of one moment stay together, so that nothing of the test's first moment is learned.</item>
/// <item>random: by MD5 of seed and row number, so a row keeps its side when rows are appended.</item>
/// <item>group: by MD5 of seed and the group's value, so a group is never on both sides.</item>
/// </list>
/// Validation rows are chosen from the training rows in the same manner.
/// </summary>
internal sealed class Split(ModelDeclaration model, bool hasTime, Func<string, string, string> identifier)
{
    public SplitBy By { get; } = model.Split.By ?? (hasTime ? SplitBy.Time : SplitBy.Random);

    /// <summary>Creates the relation "source" over "windowed".</summary>
    public void Define(DuckSession db, double validation, CancellationToken ct)
    {
        var share = model.Split.Test;
        if (!(share > 0 && share < 1))
        {
            throw Refusal.Invalid(
                $"split: test is {share.ToString(CultureInfo.InvariantCulture)}; it is the share of rows held back, between 0 and 1."
            );
        }
        var (test, valid) = By switch
        {
            SplitBy.Time when !hasTime => throw Refusal.Invalid(
                "split: by time needs an event_time in the data section. Without one, split by order or random."
            ),
            SplitBy.Time or SplitBy.Order => Newest(db, By == SplitBy.Time ? "__time" : "__row", share, validation, ct),
            SplitBy.Group when model.Split.Group is not { } => throw Refusal.Invalid(
                "split: by group needs the name of a column: group."
            ),
            SplitBy.Group => Hashed(GroupKey(identifier(model.Split.Group!, "split: group")), share, validation),
            _ => Hashed("CAST(__row AS VARCHAR)", share, validation),
        };
        db.Execute(
            $"CREATE VIEW {TrainingRows.Relation} AS SELECT *, {test} AS __test, NOT ({test}) AND {valid} AS __valid FROM windowed",
            ct
        );
        if (By == SplitBy.Group && db.Count($"SELECT count(DISTINCT __test) FROM {TrainingRows.Relation}", ct) == 1)
        {
            throw Refusal.Invalid(
                $"split: '{model.Split.Group}' has too few values to have some rows to train on and others to test on. Split by another column, or at random."
            );
        }
    }

    private static (string Test, string Valid) Newest(
        DuckSession db,
        string key,
        double share,
        double validation,
        CancellationToken ct
    )
    {
        var cut =
            Cut(db, key, "true", share, ct) ?? throw Refusal.Invalid("No rows are left to train on: widen the window.");
        var before = $"{key} < {Sql.Literal(cut)}";
        if (db.Count($"SELECT count(*) FROM windowed WHERE {before}", ct) == 0)
        {
            throw Refusal.Invalid(
                key is "__time"
                    ? "split: all rows have the same event time or nearly so, and none would be left to train on. Split by order or random."
                    : "split: no row would be left to train on. Lower the test share."
            );
        }
        var valid =
            validation > 0 && Cut(db, key, before, validation, ct) is { } later
                ? $"{key} >= {Sql.Literal(later)}"
                : "false";
        return ($"{key} >= {Sql.Literal(cut)}", valid);
    }

    /// <summary>The key of the oldest row among the newest share.</summary>
    private static long? Cut(DuckSession db, string key, string where, double share, CancellationToken ct)
    {
        var rows = db.Count($"SELECT count(*) FROM windowed WHERE {where}", ct);
        var kept = (long)Math.Floor(rows * (1 - share));
        var found = db.Query(
            $"SELECT {key} FROM windowed WHERE {where} ORDER BY {key} LIMIT 1 OFFSET {Sql.Literal(kept)}",
            r => r.GetInt64(0),
            ct
        );
        return found.Count > 0 ? found[0] : null;
    }

    private (string Test, string Valid) Hashed(string key, double share, double validation) =>
        (IsBelow("test", key, share), validation > 0 ? IsBelow("valid", key, validation) : "false");

    /// <summary>MD5, because its value is defined for ever, and DuckDB's own hash may change with a version.</summary>
    private string IsBelow(string salt, string key, double share)
    {
        var bound = (ulong)(share * 18446744073709551616.0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"md5_number_lower('{salt}:{model.Seed}:' || {key}) < {bound}::UBIGINT"
        );
    }

    private static string GroupKey(string column) => $"coalesce('=' || CAST({column} AS VARCHAR), 'null')";
}
