using Millrace.Api;
using Millrace.Core;

namespace Millrace.Ui.Pages.Runs;

/// <summary>What sets runs of one algorithm apart: their names are the same.</summary>
public static class RunDifferences
{
    /// <summary>The parameters that are not alike, of each run: "learning_rate 0.05, num_leaves 15".</summary>
    public static IReadOnlyDictionary<RunId, string> Of(IReadOnlyList<RunView> runs) =>
        runs.GroupBy(r => r.Algorithm, StringComparer.Ordinal).SelectMany(Apart).ToDictionary(r => r.Run, r => r.Text);

    private static IEnumerable<(RunId Run, string Text)> Apart(IEnumerable<RunView> alike)
    {
        var runs = alike.ToList();
        var names = runs.SelectMany(r => r.Params.Keys)
            .Distinct(StringComparer.Ordinal)
            .Where(name =>
                runs.Select(r => r.Params.GetValueOrDefault(name)).Distinct(StringComparer.Ordinal).Count() > 1
            )
            .Order(StringComparer.Ordinal)
            .ToList();
        return runs.Select(r =>
            (r.Id, string.Join(", ", names.Select(n => $"{n} {r.Params.GetValueOrDefault(n, "–")}")))
        );
    }
}
