namespace Millrace.Engine.Training.Metrics;

/// <summary>How well probabilities fit what happened.</summary>
internal static class ClassificationMetrics
{
    /// <summary>Probabilities are kept this far from 0 and 1 in the logarithm, as scikit-learn did until 1.4.</summary>
    private const double Epsilon = 1e-15;

    /// <param name="probabilities">Row by row, one for each class.</param>
    /// <param name="labels">The class that happened; −1 for one that training never saw, which every model gets wrong.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="positive">Two classes: the one that AUC and F1 are about.</param>
    public static Dictionary<string, double> Compute(
        ReadOnlySpan<double> probabilities,
        ReadOnlySpan<int> labels,
        int classes,
        int positive
    )
    {
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            [MetricName.LogLoss] = LogLoss(probabilities, labels, classes),
        };
        var predicted = new int[labels.Length];
        for (var i = 0; i < predicted.Length; i++)
        {
            predicted[i] = Predicted(probabilities.Slice(i * classes, classes), positive);
        }
        metrics[MetricName.Accuracy] = Accuracy(predicted, labels);
        if (classes == 2)
        {
            var scores = new double[labels.Length];
            var isPositive = new bool[labels.Length];
            for (var i = 0; i < labels.Length; i++)
            {
                scores[i] = probabilities[(i * classes) + positive];
                isPositive[i] = labels[i] == positive;
            }
            metrics[MetricName.Auc] = Auc(scores, isPositive);
            metrics[MetricName.F1] = F1(predicted, labels, positive);
        }
        else
        {
            // Macro: every class counts alike, as rare ones are often why the model is wanted.
            double sum = 0;
            for (var c = 0; c < classes; c++)
            {
                sum += F1(predicted, labels, c);
            }
            metrics[MetricName.F1] = sum / classes;
        }
        return metrics;
    }

    /// <summary>
    /// The probability that a positive row scores above a negative one, ties counting half: the Mann–Whitney U statistic over the
    /// number of pairs, by mid-ranks (Hanley and McNeil 1982; Fawcett 2006, algorithm 1). NaN where one side is empty.
    /// </summary>
    public static double Auc(ReadOnlySpan<double> scores, ReadOnlySpan<bool> positive)
    {
        var sorted = scores.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }
        Array.Sort(sorted, order);
        double rankSum = 0;
        long positives = 0;
        for (var start = 0; start < sorted.Length; )
        {
            var end = start;
            long tied = 0;
            for (; end < sorted.Length && sorted[end].Equals(sorted[start]); end++)
            {
                tied += positive[order[end]] ? 1 : 0;
            }
            // Ranks start+1 … end have this mean.
            rankSum += tied * ((start + 1 + end) / 2.0);
            positives += tied;
            start = end;
        }
        var negatives = sorted.Length - positives;
        return positives == 0 || negatives == 0
            ? double.NaN
            : (rankSum - (positives * (positives + 1) / 2.0)) / ((double)positives * negatives);
    }

    /// <summary>Mean of −ln p(what happened), natural logarithm.</summary>
    public static double LogLoss(ReadOnlySpan<double> probabilities, ReadOnlySpan<int> labels, int classes)
    {
        double sum = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var p = labels[i] < 0 ? 0 : probabilities[(i * classes) + labels[i]];
            sum -= Math.Log(Math.Clamp(p, Epsilon, 1 - Epsilon));
        }
        return sum / labels.Length;
    }

    public static double Accuracy(ReadOnlySpan<int> predicted, ReadOnlySpan<int> labels)
    {
        long right = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            right += predicted[i] == labels[i] ? 1 : 0;
        }
        return (double)right / labels.Length;
    }

    /// <summary>2·TP / (2·TP + FP + FN); 0 where the class neither happened nor was predicted.</summary>
    public static double F1(ReadOnlySpan<int> predicted, ReadOnlySpan<int> labels, int positive)
    {
        long truePositives = 0,
            wrong = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var p = predicted[i] == positive;
            var l = labels[i] == positive;
            truePositives += p && l ? 1 : 0;
            wrong += p != l ? 1 : 0;
        }
        return truePositives == 0 ? 0 : 2.0 * truePositives / ((2.0 * truePositives) + wrong);
    }

    /// <summary>Two classes: the positive one from 0.5 on. More: the most probable, the first of equals.</summary>
    private static int Predicted(ReadOnlySpan<double> probabilities, int positive)
    {
        if (probabilities.Length == 2)
        {
            return probabilities[positive] >= 0.5 ? positive : 1 - positive;
        }
        var best = 0;
        for (var c = 1; c < probabilities.Length; c++)
        {
            best = probabilities[c] > probabilities[best] ? c : best;
        }
        return best;
    }
}
