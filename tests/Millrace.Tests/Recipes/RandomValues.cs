using FsCheck;
using FsCheck.Fluent;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Tests.Recipes;

/// <summary>Values at the edges of what their types hold, more often than those between.</summary>
internal static class RandomValues
{
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

    public static Gen<long> Integer =>
        Gen.Frequency((3, Gen.Elements(Integers)), (2, Gen.Choose(-20, 20).Select(v => (long)v)), (1, Bits));

    public static Gen<double> Number =>
        Gen.Frequency(
            (4, Gen.Elements(Doubles)),
            (2, Gen.Choose(-4000, 4000).Select(v => v / 16.0)),
            (1, Gen.Choose(-40000, 40000).Select(v => v * 0.001)),
            (1, Bits.Select(BitConverter.Int64BitsToDouble))
        );

    public static Gen<string> Word =>
        Gen.Frequency(
            (4, Gen.Elements(Texts)),
            (1, Gen.Choose(0, 6).SelectMany(n => Sequence([.. Enumerable.Repeat(CodePoint, n)])).Select(string.Concat))
        );

    public static Gen<string> CodePoint =>
        Gen.OneOf(
            Gen.Elements("a", "b", "A", " ", "é", "0", "1", "."),
            Gen.Choose(0, 0x10FFFF).Where(v => v is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32)
        );

    public static Gen<long> Bits =>
        Gen.Choose(int.MinValue, int.MaxValue)
            .SelectMany(high => Gen.Choose(int.MinValue, int.MaxValue).Select(low => ((long)high << 32) ^ (uint)low));

    public static Gen<long> Instant =>
        Gen.Frequency(
            (2, Gen.Elements(0L, -1, 1, Moment.Smallest, Moment.Largest, Day - 1, -Day, 1_709_980_200_500_000)),
            (2, Bits.Select(v => v % Moment.Largest).Where(v => v >= Moment.Smallest)),
            (1, Gen.Choose(-400, 800).Select(v => v * Day * 50))
        );

    public static Gen<Value> Cell(ColumnType type) =>
        Gen.Frequency(
            (1, Gen.Constant(Value.Null)),
            (
                7,
                type switch
                {
                    ColumnType.Bool => Gen.Elements(Value.Of(true), Value.Of(false)),
                    ColumnType.Int32 => Integer.Select(v => Value.Of((long)(int)v)),
                    ColumnType.Int64 => Integer.Select(Value.Of),
                    ColumnType.Double => Number.Select(Value.Of),
                    // The appender takes texts for C strings, which end at a NUL; a literal may hold one.
                    ColumnType.String => Word.Select(v => Value.Of(v.Replace('\0', '0'))),
                    ColumnType.Date => Instant.Select(v => Value.Timestamp(v - ((v - Moment.Smallest) % Day))),
                    _ => Instant.Select(Value.Timestamp),
                }
            )
        );

    public static Gen<T[]> Sequence<T>(Gen<T>[] parts) =>
        parts.Aggregate(
            Gen.Constant(Array.Empty<T>()),
            (all, part) => all.SelectMany(a => part.Select(p => (T[])[.. a, p]))
        );
}
