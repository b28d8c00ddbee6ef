using Millrace.Api;

namespace Millrace.Ui.Parts;

/// <summary>How a line is drawn. The trivial one is grey: what it costs nothing to reach.</summary>
public enum ChartLook
{
    First,
    Second,
    Third,
    Fourth,
    Trivial,
}

/// <summary>One point; with how sure it is, where that is known.</summary>
/// <param name="X">A step, or a moment by <see cref="ChartAxis.At"/>.</param>
public sealed record ChartPoint(double X, double Y)
{
    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary>More for whoever points at it: 412 outcomes.</summary>
    public string Note { get; init; } = "";
}

/// <param name="Name">For the legend: train, validation. Lines of one name are one line with gaps.</param>
public sealed record ChartLine(string Name, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>Null: by its order among the names.</summary>
    public ChartLook? Look { get; init; }

    /// <summary>It stays at its value until the next point: a number of replicas.</summary>
    public bool IsStep { get; init; }

    public static ChartLine BySteps(string name, IReadOnlyList<MetricPoint> points) =>
        new(name, [.. points.Select(p => new ChartPoint(p.Step, p.Value))]);
}

/// <summary>A level that something has to pass.</summary>
public sealed record ChartLevel(string Name, double Y);

/// <summary>What happened, in a lane of its own below the plot and on its axis.</summary>
/// <param name="Crosses">Whether its marks are drawn through the plot as well.</param>
public sealed record ChartLane(string Name, IReadOnlyList<ChartMark> Marks, bool Crosses = false);

/// <param name="Title">What happened, for a person: "v4 promoted: the challenger is no worse".</param>
/// <param name="Tone">ok, bad, run, wait or warn: the colours of the style sheet; l0 to l3: those of the lines.</param>
/// <param name="Text">Shown in place of a dot: v4.</param>
public sealed record ChartMark(double X, string Title, string Tone = "run", string Text = "");
