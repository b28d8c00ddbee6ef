using Millrace.Engine.Declarations;
using Millrace.Engine.History;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Engine.Training;

namespace Millrace.Loop.Backtest;

/// <summary>A trained package as it serves in virtual time: through its own recipe for one row, as a live endpoint asks it.</summary>
internal sealed class ServedPackage : IDisposable
{
    private readonly Dictionary<Value, IReadOnlyList<ScoredItem>> lists = [];
    private readonly Predictor predictor;
    private readonly Judge judge;
    private readonly int[] inputs;
    private readonly Value[] row;
    private readonly double[] scores;
    private readonly Dictionary<string, int> classes;
    private readonly double scale;
    private long judged = -1;
    private Verdict verdict;

    public ServedPackage(string folder, TrainingReport report, IReadOnlyList<Column> schema, Judge judge)
    {
        Folder = folder;
        Report = report;
        this.judge = judge;
        predictor = PackageReader.Open(folder);
        var card = predictor.Card;
        inputs = [.. card.Inputs.Select(c => schema.ToList().IndexOf(c))];
        row = new Value[inputs.Length];
        scores = new double[predictor is ScorePredictor score ? score.Outputs : 0];
        classes = card.Classes.Select((c, i) => (c, i)).ToDictionary(c => c.c, c => c.i, StringComparer.Ordinal);
        scale = report.Metrics.GetValueOrDefault("mae", 1);
    }

    public string Folder { get; }

    public TrainingReport Report { get; }

    public ModelCard Card => predictor.Card;

    /// <summary>What this package said of a row, held against what happened. Asked by several policies, it is computed once.</summary>
    public Verdict Judge(HistoryRow happened)
    {
        if (judged != happened.Number)
        {
            judged = happened.Number;
            verdict = predictor is ItemPredictor items ? OfList(items, happened) : OfScores(happened);
        }

        return verdict;
    }

    /// <summary>A step is over: users get new lists in the next.</summary>
    public void ForgetLists() => lists.Clear();

    public void Dispose() => predictor.Dispose();

    private Verdict OfList(ItemPredictor items, HistoryRow happened)
    {
        var user = happened.Cells[inputs[0]];
        if (!lists.TryGetValue(user, out var list))
        {
            list = items.Recommend(user, judge.Cutoff);
            lists.Add(user, list);
        }

        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Item == happened.Actual)
            {
                return judge.OfRank(i + 1);
            }
        }

        return judge.OfRank(0);
    }

    private Verdict OfScores(HistoryRow happened)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            row[i] = happened.Cells[inputs[i]];
        }

        ((ScorePredictor)predictor).Score(row, scores);
        if (Card.Task == TaskKind.Regress)
        {
            return judge.OfValue(scores[0], happened.Actual.AsDouble, scale);
        }

        if (!classes.TryGetValue(happened.Actual.AsString, out var actual))
        {
            return judge.OfClass(0, isMostProbable: false);
        }

        return judge.OfClass(scores[actual], scores[actual] >= scores.Max());
    }
}
