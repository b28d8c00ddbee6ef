using System.Runtime.CompilerServices;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>One total order for each type, DuckDB's: NaN equals itself and is above all numbers, 0.0 equals -0.0, texts by code point.</summary>
internal static class Order
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compare<T>(T a, T b)
    {
        // Each T gets its own code; the casts cost nothing.
        if (typeof(T) == typeof(double))
        {
            return Compare((double)(object)a!, (double)(object)b!);
        }

        if (typeof(T) == typeof(long))
        {
            return ((long)(object)a!).CompareTo((long)(object)b!);
        }

        if (typeof(T) == typeof(bool))
        {
            return ((bool)(object)a!).CompareTo((bool)(object)b!);
        }

        return typeof(T) == typeof(Moment)
            ? ((Moment)(object)a!).CompareTo((Moment)(object)b!)
            : Compare((string)(object)a!, (string)(object)b!);
    }

    public static int Compare(double a, double b) =>
        a < b ? -1
        : a > b ? 1
        : a == b ? 0
        : double.IsNaN(a).CompareTo(double.IsNaN(b));

    /// <summary>By code point, as UTF-8 bytes sort. UTF-16 differs: its surrogates stand below U+E000 but mean what is above.</summary>
    public static int Compare(string a, string b)
    {
        var same = a.AsSpan().CommonPrefixLength(b);
        if (same == a.Length || same == b.Length)
        {
            return a.Length.CompareTo(b.Length);
        }

        var (x, y) = (a[same], b[same]);
        return char.IsSurrogate(x) == char.IsSurrogate(y)
            ? x.CompareTo(y)
            : char.IsSurrogate(x).CompareTo(char.IsSurrogate(y));
    }
}
