using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>All functions and operators with fixed parameters, by name. Those that take any types are the binder's own.</summary>
internal static class Functions
{
    private static readonly Dictionary<string, Function[]> ByName = Operators
        .All.Concat(NumberFunctions.All)
        .Concat(TextFunctions.All)
        .Concat(TimeFunctions.All)
        .Concat(Conversions.All)
        .GroupBy(f => f.Name, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);

    public static IEnumerable<string> Names => ByName.Keys.Where(n => char.IsLetter(n[0])).Concat(Binder.Variadic);

    public static IReadOnlyList<Function> Overloads(string name) =>
        ByName.TryGetValue(name, out var overloads) ? overloads : [];

    /// <summary>The one overload with just these types.</summary>
    public static Function Exact(string name, params ReadOnlySpan<ValueKind> parameters)
    {
        foreach (var overload in Overloads(name))
        {
            if (parameters.SequenceEqual([.. overload.Parameters]))
            {
                return overload;
            }
        }

        throw new ArgumentException($"There is no {name} of these types.", nameof(name));
    }
}
