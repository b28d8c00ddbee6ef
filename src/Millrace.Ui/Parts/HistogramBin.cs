using Millrace.Api;

namespace Millrace.Ui.Parts;

/// <summary>One bar of a <see cref="Histogram"/>.</summary>
/// <param name="Text">For whoever points at it: 20 to 30: 412.</param>
public sealed record HistogramBin(double Value, string Text)
{
    /// <summary>What it is held against, drawn behind it on the same scale.</summary>
    public double? Reference { get; init; }

    /// <param name="bins">Counted values.</param>
    /// <param name="edge">How an edge is written.</param>
    public static IReadOnlyList<HistogramBin> Of(IReadOnlyList<BinView> bins, Func<double, string> edge) =>
        [.. bins.Select(b => new HistogramBin(b.Count, $"{edge(b.From)} to {edge(b.To)}: {Show.Count(b.Count)}"))];

    public static string Describe(string name, IReadOnlyList<BinView> bins, Func<double, string> edge)
    {
        var most = bins.MaxBy(b => b.Count)!;
        return $"Histogram of {name}: {Show.Count(bins.Count, "bin")} from {edge(bins[0].From)} to {edge(bins[^1].To)}, "
            + $"most between {edge(most.From)} and {edge(most.To)} ({Show.Count(most.Count)}).";
    }

    /// <summary>Live shares in front of those of the reference.</summary>
    public static IReadOnlyList<HistogramBin> Of(IReadOnlyList<ShiftBin> bins) =>
        [
            .. bins.Select(b => new HistogramBin(
                b.Share,
                $"{b.Label}: {Show.Share(b.Share)} live, {Show.Share(b.Reference)} in training"
            )
            {
                Reference = b.Reference,
            }),
        ];

    public static string Describe(string name, IReadOnlyList<ShiftBin> bins)
    {
        var most = bins.MaxBy(b => Math.Abs(b.Share - b.Reference))!;
        return $"{name}, live beside training, in {Show.Count(bins.Count, "bin")}. The largest difference is at {most.Label}: "
            + $"{Show.Share(most.Share)} live, {Show.Share(most.Reference)} in training.";
    }
}
