namespace Millrace.Engine.Recipes.Expressions;

/// <summary>Operators are functions with a symbol for a name. Integer overflow and division by zero give null.</summary>
internal static class Operators
{
    public static IEnumerable<Function> All =>
        [
            .. Integers,
            .. Doubles,
            .. Comparisons<long>(),
            .. Comparisons<double>(),
            .. Comparisons<string>(),
            .. Comparisons<Moment>(),
            .. Comparisons<bool>(),
            Function.Of<bool, bool>("not", a => $"(NOT {a})", a => !a),
            Function.Logic("and", (a, b) => new AndNode(a, b)),
            Function.Logic("or", (a, b) => new OrNode(a, b)),
        ];

    private static IEnumerable<Function> Integers =>
        [
            Function.Partial<long, long, long>("+", (a, b) => $"TRY({a} + {b})", TryAdd),
            Function.Partial<long, long, long>("-", (a, b) => $"TRY({a} - {b})", TrySubtract),
            Function.Partial<long, long, long>("*", (a, b) => $"TRY({a} * {b})", TryMultiply),
            Function.Partial<long, long, long>("%", (a, b) => $"TRY({a} % nullif({b}, 0))", TryRemainder),
            Function.Partial<long, long>("-", a => $"TRY(-({a}))", (long a, out long r) => TrySubtract(0, a, out r)),
        ];

    private static IEnumerable<Function> Doubles =>
        [
            Function.Of<double, double, double>("+", (a, b) => $"({a} + {b})", (a, b) => a + b),
            Function.Of<double, double, double>("-", (a, b) => $"({a} - {b})", (a, b) => a - b),
            Function.Of<double, double, double>("*", (a, b) => $"({a} * {b})", (a, b) => a * b),
            Function.Partial<double, double, double>(
                "/",
                (a, b) => $"({a} / nullif({b}, 0.0))",
                (double a, double b, out double r) =>
                {
                    r = a / b;
                    return b != 0;
                }
            ),
            Function.Partial<double, double, double>(
                "%",
                (a, b) => $"({a} % nullif({b}, 0.0))",
                (double a, double b, out double r) =>
                {
                    r = a % b;
                    return b != 0;
                }
            ),
            Function.Of<double, double>("-", a => $"(-({a}))", a => -a),
        ];

    private static IEnumerable<Function> Comparisons<T>() =>
        [
            Function.Of<T, T, bool>("=", (a, b) => $"({a} = {b})", (a, b) => Order.Compare(a, b) == 0),
            Function.Of<T, T, bool>("!=", (a, b) => $"({a} <> {b})", (a, b) => Order.Compare(a, b) != 0),
            Function.Of<T, T, bool>("<", (a, b) => $"({a} < {b})", (a, b) => Order.Compare(a, b) < 0),
            Function.Of<T, T, bool>("<=", (a, b) => $"({a} <= {b})", (a, b) => Order.Compare(a, b) <= 0),
            Function.Of<T, T, bool>(">", (a, b) => $"({a} > {b})", (a, b) => Order.Compare(a, b) > 0),
            Function.Of<T, T, bool>(">=", (a, b) => $"({a} >= {b})", (a, b) => Order.Compare(a, b) >= 0),
        ];

    private static bool TryAdd(long a, long b, out long result)
    {
        result = unchecked(a + b);
        return ((a ^ result) & (b ^ result)) >= 0;
    }

    private static bool TrySubtract(long a, long b, out long result)
    {
        result = unchecked(a - b);
        return ((a ^ b) & (a ^ result)) >= 0;
    }

    private static bool TryMultiply(long a, long b, out long result) => Math.BigMul(a, b, out result) == result >> 63;

    private static bool TryRemainder(long a, long b, out long result)
    {
        // The quotient of the smallest integer and -1 overflows, and DuckDB computes the remainder from it.
        if (b == 0 || (b == -1 && a == long.MinValue))
        {
            result = 0;
            return false;
        }

        result = a % b;
        return true;
    }
}
