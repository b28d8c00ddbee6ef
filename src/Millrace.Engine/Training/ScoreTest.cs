using Millrace.Engine.Tables;
using Millrace.Engine.Training.Metrics;

namespace Millrace.Engine.Training;

/// <summary>Scores and truth of the test rows, gathered row by row; one for each model that is tested.</summary>
internal sealed class ScoreTest(PreparedRows rows)
{
    private readonly double[] scores = new double[rows.TestRows * Math.Max(1, rows.Classes.Count)];
    private readonly double[] truth = new double[rows.TestRows];
    private int count;

    private int Outputs => Math.Max(1, rows.Classes.Count);

    /// <param name="label">The number of the class, −1 for one that training never saw; or the value.</param>
    /// <returns>Where the row's scores go.</returns>
    public Span<double> Add(double label)
    {
        truth[count] = label;
        return scores.AsSpan(count++ * Outputs, Outputs);
    }

    public Dictionary<string, double> Compute() => Compute(scores.AsSpan(0, count * Outputs), truth.AsSpan(0, count));

    /// <param name="kept">Which rows count, in the order in which they were added.</param>
    public Dictionary<string, double> Compute(IReadOnlyList<bool> kept)
    {
        var places = Enumerable.Range(0, count).Where(i => kept[i]).ToArray();
        return Compute(
            [.. places.SelectMany(i => scores[(i * Outputs)..((i + 1) * Outputs)])],
            [.. places.Select(i => truth[i])]
        );
    }

    /// <summary>What was answered: values, probabilities of the positive class, or labels where there are more than two.</summary>
    public ColumnProfile? Answers() =>
        Outputs > 2
            ? AnswerProfile.OfNames(
                Enumerable.Range(0, count).Select(i => rows.Classes[Highest(scores.AsSpan(i * Outputs, Outputs))])
            )
            : AnswerProfile.OfScores([
                .. Enumerable.Range(0, count).Select(i => scores[(i * Outputs) + (Outputs == 2 ? rows.Positive : 0)]),
            ]);

    private static int Highest(ReadOnlySpan<double> of)
    {
        var highest = 0;
        for (var c = 1; c < of.Length; c++)
        {
            highest = of[c] > of[highest] ? c : highest;
        }

        return highest;
    }

    private Dictionary<string, double> Compute(ReadOnlySpan<double> scored, ReadOnlySpan<double> real)
    {
        if (rows.Classes.Count == 0)
        {
            return RegressionMetrics.Compute(scored, real);
        }
        var labels = Array.ConvertAll(real.ToArray(), t => (int)t);
        return ClassificationMetrics.Compute(scored, labels, rows.Classes.Count, rows.Positive);
    }
}
