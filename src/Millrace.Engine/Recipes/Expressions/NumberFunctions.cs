namespace Millrace.Engine.Recipes.Expressions;

/// <summary>
/// Arithmetic beyond the operators. Those with an exact IEEE 754 result are equal everywhere; ln, exp and pow are the C
/// library's in both targets.
/// </summary>
internal static class NumberFunctions
{
    public static IEnumerable<Function> All =>
        [
            Function.Partial<long, long>(
                "abs",
                a => $"TRY(abs({a}))",
                (long a, out long r) =>
                {
                    r = a < 0 ? unchecked(-a) : a;
                    return a != long.MinValue;
                }
            ),
            Function.Of<double, double>("abs", a => $"abs({a})", Math.Abs),
            Function.Partial<long, long, long>("div", (a, b) => $"TRY({a} // nullif({b}, 0))", TryDivide),
            .. Rounding("floor", Math.Floor),
            .. Rounding("ceil", Math.Ceiling),
            .. Rounding("trunc", Math.Truncate),
            .. Rounding("round", a => Math.Round(a, MidpointRounding.AwayFromZero)),
            // The smallest negative number stands for all negative ones and becomes null, so that the argument stands in the SQL once.
            Function.Partial<double, double>(
                "sqrt",
                a => $"sqrt(nullif(greatest({a}, CAST('-5e-324' AS DOUBLE)), CAST('-5e-324' AS DOUBLE)))",
                (double a, out double r) =>
                {
                    r = Math.Sqrt(a);
                    return !(a < 0);
                }
            ),
            Function.Partial<double, double>(
                "ln",
                a => $"ln(nullif(greatest({a}, 0.0), 0.0))",
                (double a, out double r) =>
                {
                    r = Math.Log(a);
                    return !(a <= 0);
                }
            ),
            Function.Of<double, double>("exp", a => $"exp({a})", Math.Exp),
            Function.Of<double, double, double>("pow", (a, b) => $"pow({a}, {b})", Math.Pow),
        ];

    /// <summary>Of an integer it is the integer.</summary>
    private static IEnumerable<Function> Rounding(string name, Func<double, double> function) =>
        [
            Function.Of<long, long>(name, a => a, a => a),
            Function.Of<double, double>(name, a => $"{name}({a})", function),
        ];

    private static bool TryDivide(long a, long b, out long result)
    {
        if (b == 0 || (b == -1 && a == long.MinValue))
        {
            result = 0;
            return false;
        }

        result = a / b;
        return true;
    }
}
