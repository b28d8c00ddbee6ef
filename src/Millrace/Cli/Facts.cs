namespace Millrace.Cli;

/// <summary>One thing, printed as names and values beneath each other.</summary>
internal static class Facts
{
    /// <summary>Leaves out what has no value.</summary>
    public static void Print(IEnumerable<(string Name, string Value)> facts) =>
        Output.Table(
            ["", ""],
            facts.Where(f => f.Value.Length > 0).Select(f => (IReadOnlyList<string>)[f.Name, f.Value])
        );

    public static void PrintMetrics(
        IReadOnlyDictionary<string, double> metrics,
        IReadOnlyDictionary<string, double> baseline
    )
    {
        if (metrics.Count > 0)
        {
            Output.Table(
                ["Metric", "Model#", "Baseline#"],
                metrics.Select(m =>
                    (IReadOnlyList<string>)
                        [
                            m.Key,
                            Output.Metric(m.Value),
                            Output.Metric(baseline.TryGetValue(m.Key, out var trivial) ? trivial : null),
                        ]
                )
            );
        }
    }
}
