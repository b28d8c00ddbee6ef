using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;
using static Millrace.Tests.Recipes.RandomValues;

namespace Millrace.Tests.Recipes;

/// <summary>Well-typed expressions over rows full of edges, as text.</summary>
internal sealed class RandomExpressions
{
    public static readonly Column[] Columns =
    [
        new("i", ColumnType.Int64),
        new("j", ColumnType.Int64),
        new("n", ColumnType.Int32),
        new("x", ColumnType.Double),
        new("y.z", ColumnType.Double),
        new("s", ColumnType.String),
        new("Text two", ColumnType.String),
        new("t", ColumnType.Timestamp),
        new("u", ColumnType.Timestamp),
        new("d", ColumnType.Date),
        new("b", ColumnType.Bool),
        new("c", ColumnType.Bool),
    ];

    private readonly Dictionary<(ValueKind Kind, int Depth), Gen<string>> made = [];

    public static Gen<Value[]> Row { get; } = Sequence([.. Columns.Select(c => Cell(c.Type))]);

    /// <summary>An expression of that type, at most so deep.</summary>
    public Gen<string> Of(ValueKind kind, int depth)
    {
        if (!made.TryGetValue((kind, depth), out var gen))
        {
            gen = depth == 0 ? Leaf(kind) : Gen.Frequency((1, Leaf(kind)), (6, Gen.OneOf(Compound(kind, depth - 1))));
            made.Add((kind, depth), gen);
        }

        return gen;
    }

    public Gen<string> Any(int depth) =>
        Gen.OneOf(
            Of(ValueKind.Bool, depth),
            Of(ValueKind.Int64, depth),
            Of(ValueKind.Double, depth),
            Of(ValueKind.String, depth),
            Of(ValueKind.Timestamp, depth)
        );

    private Gen<string>[] Compound(ValueKind kind, int depth)
    {
        var b = Of(ValueKind.Bool, depth);
        var i = Of(ValueKind.Int64, depth);
        var x = Of(ValueKind.Double, depth);
        var s = Of(ValueKind.String, depth);
        var t = Of(ValueKind.Timestamp, depth);
        var same = Of(kind, depth);
        Gen<string>[] every =
        [
            Format("if({0}, {1}, {2})", b, same, same),
            Format("case when {0} then {1} when {2} then {3} end", b, same, b, same),
            Format("case {0} when {1} then {2} else {3} end", i, i, same, same),
            Format("coalesce({0}, {1})", same, same),
            Format("least({0}, {1}, {2})", same, same, same),
            Format("greatest({0}, {1})", same, same),
        ];
        return kind switch
        {
            ValueKind.Bool => [.. every, .. Booleans(b, i, x, s, t)],
            ValueKind.Int64 => [.. every, .. Whole(b, i, x, s, t)],
            ValueKind.Double => [.. every, .. Real(b, i, x, s)],
            ValueKind.String => [.. every, .. Words(b, i, x, s, t)],
            _ => [.. every, .. Moments(i, s, t)],
        };
    }

    private static Gen<string>[] Booleans(Gen<string> b, Gen<string> i, Gen<string> x, Gen<string> s, Gen<string> t) =>
        [
            Format("({0} and {1})", b, b),
            Format("({0} or {1})", b, b),
            Format("(not {0})", b),
            .. new[] { (i, i), (x, x), (i, x), (s, s), (t, t), (b, b) }.SelectMany(pair =>
                new[]
                {
                    Format("({0} {2} {1})", pair.Item1, pair.Item2, Gen.Elements("=", "!=", "<", "<=", ">", ">=")),
                    Format("({0} in ({1}, {2}, null))", pair.Item1, pair.Item2, pair.Item2),
                    Format("({0} not in ({1}, {2}))", pair.Item1, pair.Item2, pair.Item2),
                    Format("({0} between {1} and {2})", pair.Item1, pair.Item2, pair.Item1),
                    Format("({0} is null or {1} is not null)", pair.Item1, pair.Item2),
                }
            ),
            Format("contains({0}, {1})", s, s),
            Format("starts_with({0}, {1})", s, s),
            Format("ends_with({0}, {1})", s, s),
            Format("bool({0})", s),
            Format("bool({0})", i),
        ];

    private static Gen<string>[] Whole(Gen<string> b, Gen<string> i, Gen<string> x, Gen<string> s, Gen<string> t) =>
        [
            .. new[] { "+", "-", "*", "%" }.Select(op => Format($"({{0}} {op} {{1}})", i, i)),
            Format("div({0}, {1})", i, i),
            Format("(-{0})", i),
            Format("abs({0})", i),
            Format("round({0})", i),
            Format("int64({0})", x),
            Format("int64({0})", s),
            Format("int64({0})", b),
            Format("length({0})", s),
            .. new[] { "year", "month", "day", "hour", "minute", "weekday", "epoch" }.Select(f =>
                Format($"{f}({{0}})", t)
            ),
        ];

    private static Gen<string>[] Real(Gen<string> b, Gen<string> i, Gen<string> x, Gen<string> s) =>
        [
            .. new[] { "+", "-", "*", "/", "%" }.SelectMany(op =>
                new[] { Format($"({{0}} {op} {{1}})", x, x), Format($"({{0}} {op} {{1}})", i, x) }
            ),
            Format("({0} / {1})", i, i),
            .. new[] { "abs", "floor", "ceil", "trunc", "round", "sqrt", "ln", "exp", "-", "double" }.Select(f =>
                Format($"{f}({{0}})", x)
            ),
            Format("pow({0}, {1})", x, x),
            Format("sqrt({0})", i),
            Format("double({0})", i),
            Format("double({0})", s),
            Format("double({0})", b),
        ];

    private static Gen<string>[] Words(Gen<string> b, Gen<string> i, Gen<string> x, Gen<string> s, Gen<string> t) =>
        [
            Format("lower({0})", s),
            Format("upper({0})", s),
            Format("trim({0})", s),
            Format("concat({0}, {1}, {2})", s, s, s),
            Format("substring({0}, {1}, {2})", s, i, i),
            Format("substring({0}, {1})", s, i),
            Format("substring({0}, {1}, {2})", s, Gen.Choose(-2, 5).Select(Text), Gen.Choose(-1, 4).Select(Text)),
            Format("replace({0}, {1}, {2})", s, s, s),
            .. new[] { b, i, x, t, s }.Select(g => Format("string({0})", g)),
        ];

    private static Gen<string>[] Moments(Gen<string> i, Gen<string> s, Gen<string> t) =>
        [
            Format("timestamp({0})", s),
            Format("timestamp({0})", t),
            Format("timestamp({0}, {1})", i, Gen.Elements("'epoch_s'", "'epoch_ms'", "'epoch_us'")),
            Format(
                "timestamp({0}, {1})",
                s,
                Gen.Elements(
                    "'epoch_s'",
                    "'%d.%m.%Y'",
                    "'%d.%m.%Y %H:%M'",
                    "'%m/%d/%y %I:%M %p'",
                    "'%d-%b-%Y'",
                    "'%d-%B-%Y'",
                    "'%Y%m%dT%H%M%S'",
                    "'%Y%m%dT%H%M'",
                    "'%d.%m.%Y %H:%M:%S %z'",
                    "'%Y-%m-%d'",
                    "'%Y-%m-%dT%H:%M:%S.%fZ'"
                )
            ),
        ];

    private static Gen<string> Leaf(ValueKind kind)
    {
        var columns = Gen.Elements(Columns.Where(c => Kinds.Of(c.Type) == kind).Select(c => $"`{c.Name}`").ToArray());
        var literal = kind switch
        {
            ValueKind.Bool => Gen.Elements("true", "false"),
            ValueKind.Int64 => Integer.Select(Text),
            ValueKind.Double => Number
                .Where(double.IsFinite)
                .Select(v => v.ToString("E17", CultureInfo.InvariantCulture)),
            ValueKind.String => Word.Select(v => $"'{v.Replace("'", "''", StringComparison.Ordinal)}'"),
            _ => Gen.Elements(
                "timestamp('2024-03-09')",
                "timestamp('0001-01-01')",
                "timestamp('1969-12-31T23:59:59.5')"
            ),
        };
        return Gen.Frequency((4, columns), (2, literal));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static Gen<string> Format(string form, params Gen<string>[] parts) =>
        Sequence(parts).Select(p => string.Format(CultureInfo.InvariantCulture, form, p.Cast<object>().ToArray()));
}
