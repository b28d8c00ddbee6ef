using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Inference;

/// <summary>One row through a model, as the JSON that is answered and logged.</summary>
internal static class ScoreRow
{
    /// <param name="served">Held by the caller.</param>
    /// <param name="row">The inputs in the model's order.</param>
    /// <param name="scratch">Its output receives the JSON.</param>
    /// <param name="count">Recommenders: how many items.</param>
    public static void Run(ServedModel served, ReadOnlySpan<Value> row, Scratch scratch, int count)
    {
        if (served.Predictor is ItemPredictor items)
        {
            WriteOutput.Items(scratch.OutputJson, items.Recommend(row[0], count));
        }
        else
        {
            var predictor = (ScorePredictor)served.Predictor;
            var scores = scratch.Scores(predictor.Outputs);
            predictor.Score(row, scores);
            WriteOutput.Scores(scratch.OutputJson, served, scores);
        }
    }
}
