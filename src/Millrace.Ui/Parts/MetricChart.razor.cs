using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace Millrace.Ui.Parts;

/// <summary>Values by step or by time: up to four lines and a trivial one on one pair of axes, and what happened below them.</summary>
public sealed partial class MetricChart
{
    /// <summary>More points than a screen has pixels tell nothing more.</summary>
    private const int MaxPoints = 600;

    private const int MaxRows = 100;

    /// <summary>Of pixels there are enough, of page not.</summary>
    private const int MaxTips = 320;

    /// <summary>More marks of one lane than that are drawn as strokes.</summary>
    private const int MaxDots = 60;

    /// <summary>Of the width: words closer than that would cover each other on a phone.</summary>
    private const double WordsApart = 11;

    private readonly string id = "c" + Path.GetRandomFileName()[..8];
    private IReadOnlyList<double> yTicks = [];
    private IReadOnlyList<double> xTicks = [];
    private double xLow;
    private double xHigh = 1;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public IReadOnlyList<ChartLine> Series { get; set; } = [];

    [Parameter]
    public ChartAxis XAxis { get; set; } = ChartAxis.Steps;

    [Parameter]
    public ChartAxis YAxis { get; set; } = ChartAxis.Numbers;

    /// <summary>Charts below one another that share their time; null: as far as the points reach.</summary>
    [Parameter]
    public (double From, double To)? XRange { get; set; }

    [Parameter]
    public IReadOnlyList<ChartLevel> Levels { get; set; } = [];

    [Parameter]
    public IReadOnlyList<ChartLane> Lanes { get; set; } = [];

    /// <summary>What the marks mean, where that is not plain.</summary>
    [Parameter]
    public RenderFragment? Key { get; set; }

    [Parameter]
    public string BandName { get; set; } = "95 % confidence";

    [Parameter]
    public string NoPoints { get; set; } = "No points yet.";

    [Parameter]
    public int Height { get; set; } = 180;

    private IEnumerable<ChartPoint> All => Series.SelectMany(s => s.Points).Where(p => double.IsFinite(p.Y));

    private bool IsEmpty => !All.Any();

    private IReadOnlyList<string> Names => [.. Series.Select(s => s.Name).Distinct(StringComparer.Ordinal)];

    private bool HasBand => Series.Any(HasLineBand);

    private string Widest => yTicks.Select(t => YAxis.Label(t, yTicks)).MaxBy(t => t.Length) ?? "";

    private string? Last =>
        Series is [{ Points: [.., var point] }] && XRange is null
            ? $"{YAxis.Value(point.Y)} at {XAxis.Value(point.X)}"
            : null;

    private IEnumerable<(string Name, ChartPoint Point)> Ends =>
        Series
            .Where(s =>
                s.Points.Count > 0
                && (s.Look is not ChartLook.Trivial || s.Points.Count == 1)
                && double.IsFinite(s.Points[^1].Y)
            )
            .GroupBy(s => s.Name, StringComparer.Ordinal)
            .Select(g => (g.Key, g.Select(s => s.Points[^1]).MaxBy(p => p.X)!));

    private string Description =>
        string.Join(
            " ",
            Names
                .Select(name => (Name: name, Points: Of(name).ToList()))
                .Where(s => s.Points.Count > 0)
                .Select(s =>
                    $"{s.Name}: {YAxis.Value(s.Points[0].Y)} {XAxis.Place(s.Points[0].X)}, "
                    + $"{YAxis.Value(s.Points[^1].Y)} {XAxis.Place(s.Points[^1].X)}."
                )
                .Concat(Levels.Select(l => $"{l.Name}: {YAxis.Value(l.Y)}."))
                .Concat(
                    Lanes.SelectMany(l => l.Marks.TakeLast(3).Select(m => $"{l.Name}, {XAxis.Place(m.X)}: {m.Title}."))
                )
        );

    private IEnumerable<(double X, IEnumerable<ChartPoint?> Values)> Rows =>
        All.Select(p => p.X)
            .Distinct()
            .Order()
            .TakeLast(MaxRows)
            .Select(x => (x, Names.Select(n => Of(n).FirstOrDefault(p => p.X.Equals(x)))));

    /// <summary>Strips of the plot, each with what it says to whoever points at it.</summary>
    private IEnumerable<(double From, double To, string Text)> Tips
    {
        get
        {
            var at = All.ToLookup(p => p.X);
            var xs = at.Select(g => g.Key).Where(x => x >= xLow && x <= xHigh).Order().ToList();
            if (xs.Count > MaxTips)
            {
                yield break;
            }

            var byName = Names.Select(n => (Name: n, Points: Of(n).ToLookup(p => p.X))).ToList();
            for (var i = 0; i < xs.Count; i++)
            {
                var from = i == 0 ? 0 : X((xs[i - 1] + xs[i]) / 2);
                var to = i == xs.Count - 1 ? 100 : X((xs[i] + xs[i + 1]) / 2);
                var lines = byName
                    .Where(s => s.Points.Contains(xs[i]))
                    .Select(s => (s.Name, Point: s.Points[xs[i]].First()))
                    .Select(s => $"{s.Name}: {Written(s.Point)}{(s.Point.Note.Length > 0 ? ", " + s.Point.Note : "")}");
                yield return (from, to, $"{XAxis.Value(xs[i])}\n{string.Join('\n', lines)}");
            }
        }
    }

    protected override void OnParametersSet()
    {
        if (IsEmpty)
        {
            return;
        }

        var values = All.SelectMany(p => new[] { p.Y, p.Low ?? p.Y, p.High ?? p.Y })
            .Concat(Levels.Select(l => l.Y))
            .Where(double.IsFinite)
            .ToList();
        yTicks = YAxis.Ticks(values.Min(), values.Max(), Height < 140 ? 2 : 4);
        (xLow, xHigh) = XRange ?? (All.Min(p => p.X), All.Max(p => p.X));
        xTicks = XAxis.Ticks(xLow, xHigh, 5);
    }

    private IEnumerable<ChartPoint> Of(string name) =>
        Series.Where(s => string.Equals(s.Name, name, StringComparison.Ordinal)).SelectMany(s => s.Points);

    private string Look(string name)
    {
        var look =
            Series.First(s => string.Equals(s.Name, name, StringComparison.Ordinal)).Look
            ?? (ChartLook)(Names.ToList().IndexOf(name) % 4);
        return look is ChartLook.Trivial ? "trivial" : $"l{(int)look}";
    }

    private string Written(ChartPoint? point) =>
        point is null ? "–"
        : point is { Low: { } low, High: { } high }
            ? $"{YAxis.Value(point.Y)} ({YAxis.Value(low)} – {YAxis.Value(high)})"
        : YAxis.Value(point.Y);

    /// <summary>Marks with words that come close to the one before go to a second row.</summary>
    private List<(ChartMark Mark, int Row)> Placed(ChartLane lane)
    {
        var placed = new List<(ChartMark Mark, int Row)>();
        foreach (var mark in lane.Marks.Where(IsInside).OrderBy(m => m.X))
        {
            var isClose = mark.Text.Length > 0 && placed is [.., var last] && X(mark.X) - X(last.Mark.X) < WordsApart;
            placed.Add((mark, isClose ? 1 - placed[^1].Row : 0));
        }

        return placed;
    }

    private bool IsInside(ChartMark mark) => mark.X >= xLow && mark.X <= xHigh;

    private double X(double x) => xHigh > xLow ? (x - xLow) / (xHigh - xLow) * 100 : 50;

    private double Y(double y) => Math.Clamp((y - yTicks[0]) / (yTicks[^1] - yTicks[0]) * 100, 0, 100);

    private static bool HasLineBand(ChartLine line) =>
        line.Points.Count > 1 && line.Points.Any(p => p is { Low: not null, High: not null });

    private string Points(ChartLine line)
    {
        var text = new StringBuilder();
        var stride = Math.Max(1, line.Points.Count / MaxPoints);
        var before = double.NaN;
        for (var i = 0; i < line.Points.Count; i++)
        {
            var point = line.Points[i];
            if (double.IsFinite(point.Y) && (i % stride == 0 || i == line.Points.Count - 1))
            {
                if (line.IsStep && double.IsFinite(before) && !before.Equals(point.Y))
                {
                    Append(text, point.X, before);
                }

                Append(text, point.X, point.Y);
                before = point.Y;
            }
        }

        return text.ToString();
    }

    /// <summary>Along its upper edge and back along its lower one.</summary>
    private string Band(ChartLine line)
    {
        var text = new StringBuilder();
        var known = line.Points.Where(p => p is { Low: not null, High: not null }).ToList();
        foreach (var point in known)
        {
            Append(text, point.X, point.High!.Value);
        }

        foreach (var point in known.AsEnumerable().Reverse())
        {
            Append(text, point.X, point.Low!.Value);
        }

        return text.ToString();
    }

    private void Append(StringBuilder text, double x, double y) =>
        text.Append(Number(X(x))).Append(',').Append(Number(100 - Y(y))).Append(' ');

    private static string Percent(double value) => Number(value) + "%";

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
