using System.Runtime.CompilerServices;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>A moment inside an expression: microseconds since 1970 UTC, of the years 1 to 9999.</summary>
internal readonly record struct Moment(long Microseconds) : IComparable<Moment>
{
    public const long Smallest = -62_135_596_800_000_000;
    public const long Largest = 253_402_300_799_999_999;

    public DateTime Utc => DateTime.UnixEpoch.AddTicks(Microseconds * 10);

    public static bool operator <(Moment left, Moment right) => left.Microseconds < right.Microseconds;

    public static bool operator >(Moment left, Moment right) => left.Microseconds > right.Microseconds;

    public static bool operator <=(Moment left, Moment right) => left.Microseconds <= right.Microseconds;

    public static bool operator >=(Moment left, Moment right) => left.Microseconds >= right.Microseconds;

    /// <summary>False for what no dataset should hold: outside the years 1 to 9999.</summary>
    public static bool TryOf(long microseconds, out Moment moment)
    {
        moment = new Moment(microseconds);
        return microseconds is >= Smallest and <= Largest;
    }

    public int CompareTo(Moment other) => Microseconds.CompareTo(other.Microseconds);
}

/// <summary>The five types of the expression language, by their .NET, SQL and YAML names.</summary>
internal static class Kinds
{
    public static ValueKind Of<T>() =>
        typeof(T) == typeof(bool) ? ValueKind.Bool
        : typeof(T) == typeof(long) ? ValueKind.Int64
        : typeof(T) == typeof(double) ? ValueKind.Double
        : typeof(T) == typeof(string) ? ValueKind.String
        : typeof(T) == typeof(Moment) ? ValueKind.Timestamp
        : throw new NotSupportedException(typeof(T).Name);

    public static ValueKind Of(ColumnType type) =>
        type switch
        {
            Tables.ColumnType.Bool => ValueKind.Bool,
            Tables.ColumnType.Int32 or Tables.ColumnType.Int64 => ValueKind.Int64,
            Tables.ColumnType.Double => ValueKind.Double,
            Tables.ColumnType.String => ValueKind.String,
            Tables.ColumnType.Date or Tables.ColumnType.Timestamp => ValueKind.Timestamp,
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
        };

    public static ColumnType ColumnType(ValueKind kind) =>
        kind switch
        {
            ValueKind.Bool => Tables.ColumnType.Bool,
            ValueKind.Int64 => Tables.ColumnType.Int64,
            ValueKind.Double => Tables.ColumnType.Double,
            ValueKind.String => Tables.ColumnType.String,
            ValueKind.Timestamp => Tables.ColumnType.Timestamp,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

    public static string Sql(ValueKind kind) => Tables.Sql.TypeName(ColumnType(kind));

    /// <summary>As people write it.</summary>
    public static string Name(ValueKind kind) =>
        kind switch
        {
            ValueKind.Null => "null",
            ValueKind.Bool => "bool",
            ValueKind.Int64 => "int64",
            ValueKind.Double => "double",
            ValueKind.String => "string",
            _ => "timestamp",
        };

    /// <summary>Takes a value apart. The caller has seen that it is not null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Get<T>(in Value value)
    {
        // Boxing here is undone by the compiler: each T gets its own code with one branch left.
        if (typeof(T) == typeof(bool))
        {
            return (T)(object)value.AsBool;
        }

        if (typeof(T) == typeof(long))
        {
            return (T)(object)value.AsInt64;
        }

        if (typeof(T) == typeof(double))
        {
            return (T)(object)value.AsDouble;
        }

        return typeof(T) == typeof(Moment) ? (T)(object)new Moment(value.AsInt64) : (T)(object)value.AsString;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Value Put<T>(T value)
    {
        if (typeof(T) == typeof(bool))
        {
            return Value.Of((bool)(object)value!);
        }

        if (typeof(T) == typeof(long))
        {
            return Value.Of((long)(object)value!);
        }

        if (typeof(T) == typeof(double))
        {
            var number = (double)(object)value!;
            return Value.Of(double.IsNaN(number) ? double.NaN : number);
        }

        return typeof(T) == typeof(Moment)
            ? Value.Timestamp(((Moment)(object)value!).Microseconds)
            : Value.Of((string)(object)value!);
    }
}
