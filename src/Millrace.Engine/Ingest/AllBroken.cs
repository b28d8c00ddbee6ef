using System.Globalization;
using Millrace.Core;

namespace Millrace.Engine.Ingest;

/// <summary>Where not one row keeps the contract there is no version: what is said instead.</summary>
internal static class AllBroken
{
    public static RefusalException Refuse(
        long rows,
        IReadOnlyList<BrokenRule> broken,
        IReadOnlyList<SourceRows> sources
    )
    {
        var files = sources.Count == 1 ? sources[0].Source.Name : $"{sources.Count} files";
        if (broken.All(b => string.Equals(b.Rule, "unique", StringComparison.Ordinal)))
        {
            return Refusal.Conflict(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Nothing of {files} is new: {(rows == 1 ? $"the key ({broken[0].Column}) of its only row is" : $"the keys ({broken[0].Column}) of all {rows:N0} rows are")} in the dataset already."
                )
            );
        }

        var worst = string.Join(
            ", ",
            broken
                .Take(3)
                .Select(b =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{b.Column} {b.Rule} ({b.Rows:N0} {(b.Rows == 1 ? "row" : "rows")})"
                    )
                )
        );
        return Refusal.Invalid(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing of {files} could be taken in, {(rows == 1 ? "its only row breaks" : $"all {rows:N0} rows break")} the contract: {worst}. Correct the contract, or how the file is read."
            )
        );
    }
}
