using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Tests.Recipes;

/// <summary>Rows full of edges, and well-typed expressions over them, as text.</summary>
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

    private const long Day = 86_400_000_000;

    private static readonly long[] Integers =
    [
        0,
        1,
        -1,
        2,
        3,
        7,
        10,
        100,
        int.MaxValue,
        int.MinValue,
        4294967296,
        9007199254740993,
        -9007199254740993,
        long.MaxValue,
        long.MinValue,
        long.MinValue + 1,
        1362062307,
        253402300800,
    ];

    private static readonly double[] Doubles =
    [
        0.0,
        -0.0,
        double.NaN,
        double.PositiveInfinity,
        double.NegativeInfinity,
        1,
        -1,
        0.5,
        -0.5,
        1.5,
        2.5,
        -2.5,
        0.1,
        0.49999999999999994,
        1e16,
        123456789012345680,
        1e-5,
        0.0001,
        double.Epsilon,
        -double.Epsilon,
        double.MaxValue,
        double.MinValue,
        2.2250738585072014e-308,
        4503599627370497.5,
        9223372036854775807.0,
        -9223372036854775808.0,
        9223372036854774784.0,
        9007199254740993,
        1e308,
        3,
        10,
        100,
    ];

    private static readonly string[] Texts =
    [
        "",
        " ",
        "a",
        "A",
        "b",
        "ab",
        "abc",
        "abcabc",
        "ß",
        "ẞ",
        "İ",
        "ı",
        "ſ",
        "yeſ",
        "é",
        "e\u0301",
        "😀",
        "a😀b",
        "\ue000",
        "\ufffd",
        "日本語",
        "Ω",
        "ﬁ",
        "Σας",
        "it's",
        "a%b_c",
        "true",
        " Yes ",
        "NO",
        "t",
        "0",
        "1",
        "42",
        " 42\n",
        "-7",
        "+5",
        "+-5",
        "007",
        "1_000",
        "0000000000000000000000000000000012",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "0x1F",
        "1e3",
        "1E-3",
        ".5",
        "5.",
        ".",
        "1.2.3",
        "e5",
        "nan",
        "NaN",
        "-nan",
        "inf",
        "-Infinity",
        "+inf",
        "infinit",
        "1e400",
        "-1e400",
        "1e-400",
        "1e99999999999",
        "2.2250738585072011e-308",
        "179769313486231580793728971405301e276",
        "2024-03-09",
        "2024-02-30",
        "2023-02-29",
        "2024-03-09T10:30:00.5Z",
        "2024-03-09 10:30",
        "2024-03-09 24:00",
        "2024-03-09T10",
        "2024-03-09 10:30:60",
        "2024-3-9",
        "0000-01-01",
        "0001-01-01",
        "9999-12-31 23:59:59.999999",
        "2024-03-09T10:30:00+02:00",
        "1362062307",
        "09.03.2024",
        "9.3.2024 1:02",
        "03/09/24 12:30 AM",
        "12/31/68 01:00 pm",
        "09-Mar-2024",
        "9-marCH-2024",
        "20240309T103000",
        "20240309T1030",
        "09.03.2024 10:30:00 +0530",
        "01.01.0001 00:00:00 +14:00",
        "31.12.9999 23:00:00 -02:00",
        "tab\tend",
        "nul\0inside",
        "\u00a0x\u3000",
        "\u2028line\u0085",
        "\ufeffbom",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
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
            ValueKind.Double => Double
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

    private static Gen<long> Integer =>
        Gen.Frequency((3, Gen.Elements(Integers)), (2, Gen.Choose(-20, 20).Select(v => (long)v)), (1, Bits));

    private static Gen<double> Double =>
        Gen.Frequency(
            (4, Gen.Elements(Doubles)),
            (2, Gen.Choose(-4000, 4000).Select(v => v / 16.0)),
            (1, Gen.Choose(-40000, 40000).Select(v => v * 0.001)),
            (1, Bits.Select(BitConverter.Int64BitsToDouble))
        );

    private static Gen<string> Word =>
        Gen.Frequency(
            (4, Gen.Elements(Texts)),
            (1, Gen.Choose(0, 6).SelectMany(n => Sequence([.. Enumerable.Repeat(CodePoint, n)])).Select(string.Concat))
        );

    private static Gen<string> CodePoint =>
        Gen.OneOf(
            Gen.Elements("a", "b", "A", " ", "é", "0", "1", "."),
            Gen.Choose(0, 0x10FFFF).Where(v => v is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32)
        );

    private static Gen<long> Bits =>
        Gen.Choose(int.MinValue, int.MaxValue)
            .SelectMany(high => Gen.Choose(int.MinValue, int.MaxValue).Select(low => ((long)high << 32) ^ (uint)low));

    private static Gen<long> Instant =>
        Gen.Frequency(
            (2, Gen.Elements(0L, -1, 1, Moment.Smallest, Moment.Largest, Day - 1, -Day, 1_709_980_200_500_000)),
            (2, Bits.Select(v => v % Moment.Largest).Where(v => v >= Moment.Smallest)),
            (1, Gen.Choose(-400, 800).Select(v => v * Day * 50))
        );

    private static Gen<Value> Cell(ColumnType type) =>
        Gen.Frequency(
            (1, Gen.Constant(Value.Null)),
            (
                7,
                type switch
                {
                    ColumnType.Bool => Gen.Elements(Value.Of(true), Value.Of(false)),
                    ColumnType.Int32 => Integer.Select(v => Value.Of((long)(int)v)),
                    ColumnType.Int64 => Integer.Select(Value.Of),
                    ColumnType.Double => Double.Select(Value.Of),
                    // The appender takes texts for C strings, which end at a NUL; a literal may hold one.
                    ColumnType.String => Word.Select(v => Value.Of(v.Replace('\0', '0'))),
                    ColumnType.Date => Instant.Select(v => Value.Timestamp(v - ((v - Moment.Smallest) % Day))),
                    _ => Instant.Select(Value.Timestamp),
                }
            )
        );

    private static Gen<string> Format(string form, params Gen<string>[] parts) =>
        Sequence(parts).Select(p => string.Format(CultureInfo.InvariantCulture, form, p.Cast<object>().ToArray()));

    private static Gen<T[]> Sequence<T>(Gen<T>[] parts) =>
        parts.Aggregate(
            Gen.Constant(Array.Empty<T>()),
            (all, part) => all.SelectMany(a => part.Select(p => (T[])[.. a, p]))
        );
}
