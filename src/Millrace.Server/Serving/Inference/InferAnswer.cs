using System.Text.Json;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Inference;

/// <summary>The answer to an inference request: what was computed for all rows, then written as tensors.</summary>
internal sealed class InferAnswer(ServedModel served, int rows)
{
    private readonly double[] scores = served.Predictor is ScorePredictor predictor
        ? new double[rows * predictor.Outputs]
        : [];

    private readonly IReadOnlyList<ScoredItem>[] items =
        served.Predictor is ItemPredictor ? new IReadOnlyList<ScoredItem>[rows] : [];

    public string[] Ids { get; } = new string[rows];

    private bool IsClassifier => served.Predictor.Card.Task == TaskKind.Classify;

    /// <summary>The outputs that a model has.</summary>
    public static IReadOnlyList<(string Name, string Type, string Shape)> OutputsOf(ServedModel served)
    {
        var card = served.Predictor.Card;
        return card.Task switch
        {
            TaskKind.Classify =>
            [
                .. served.Positive >= 0
                    ? [("score", TensorType.Double, "[-1]")]
                    : Array.Empty<(string, string, string)>(),
                ("label", TensorType.Text, "[-1]"),
                ("probabilities", TensorType.Double, $"[-1,{card.Classes.Count}]"),
                ("prediction_id", TensorType.Text, "[-1]"),
            ],
            TaskKind.Recommend =>
            [
                ("items", TypeOfItems(served), "[-1,-1]"),
                ("scores", TensorType.Double, "[-1,-1]"),
                ("prediction_id", TensorType.Text, "[-1]"),
            ],
            _ => [("score", TensorType.Double, "[-1]"), ("prediction_id", TensorType.Text, "[-1]")],
        };
    }

    private static string TypeOfItems(ServedModel served) =>
        ((ItemPredictor)served.Predictor).HasTextItems ? TensorType.Text : TensorType.Whole;

    /// <summary>Computes one row here.</summary>
    public void Score(int row, ReadOnlySpan<Value> values, int count)
    {
        if (served.Predictor is ItemPredictor recommender)
        {
            items[row] = recommender.Recommend(values[0], count);
        }
        else
        {
            ((ScorePredictor)served.Predictor).Score(values, ScoresOf(row));
        }
    }

    /// <summary>Takes one row as a replica computed it.</summary>
    public void Take(int row, ReadOnlyMemory<byte> output)
    {
        if (served.Predictor is ItemPredictor)
        {
            items[row] = ReadOutput.Items(output);
        }
        else
        {
            ReadOutput.Scores(output, ScoresOf(row));
        }
    }

    /// <summary>One row's output as the log keeps it.</summary>
    public void WriteRow(int row, Utf8JsonWriter log)
    {
        if (served.Predictor is ItemPredictor)
        {
            WriteOutput.Items(log, items[row]);
        }
        else
        {
            WriteOutput.Scores(log, served, ScoresOf(row));
        }
    }

    public void Write(Utf8JsonWriter json, InferRequest request)
    {
        json.WriteStartObject();
        json.WriteString("model_name"u8, served.Model.Value);
        json.WriteString("model_version"u8, served.Version.ToString());
        if (request.Id is not null)
        {
            json.WriteString("id"u8, request.Id);
        }

        json.WriteStartArray("outputs"u8);
        if (served.Predictor is ItemPredictor)
        {
            WriteItems(json, request);
        }
        else
        {
            WriteScores(json, request);
        }

        if (request.Wants("prediction_id"))
        {
            Begin(json, "prediction_id", TensorType.Text, rows, null);
            foreach (var id in Ids)
            {
                json.WriteStringValue(id);
            }

            End(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private Span<double> ScoresOf(int row)
    {
        var width = scores.Length / rows;
        return scores.AsSpan(row * width, width);
    }

    private void WriteScores(Utf8JsonWriter json, InferRequest request)
    {
        var width = scores.Length / rows;
        if (request.Wants("score") && (!IsClassifier || served.Positive >= 0))
        {
            Begin(json, "score", TensorType.Double, rows, null);
            for (var i = 0; i < rows; i++)
            {
                WriteOutput.Number(json, scores[(i * width) + Math.Max(0, served.Positive)]);
            }

            End(json);
        }

        if (IsClassifier && request.Wants("label"))
        {
            Begin(json, "label", TensorType.Text, rows, null);
            for (var i = 0; i < rows; i++)
            {
                json.WriteStringValue(served.Classes[WriteOutput.Best(scores.AsSpan(i * width, width))]);
            }

            End(json);
        }

        if (IsClassifier && request.Wants("probabilities"))
        {
            Begin(json, "probabilities", TensorType.Double, rows, width);
            foreach (var score in scores)
            {
                WriteOutput.Number(json, score);
            }

            End(json);
        }
    }

    /// <summary>A tensor is a rectangle: rows of a user who has nearly everything make all as short as theirs.</summary>
    private void WriteItems(Utf8JsonWriter json, InferRequest request)
    {
        var width = items.Min(i => i.Count);
        if (request.Wants("items"))
        {
            Begin(json, "items", TypeOfItems(served), rows, width);
            foreach (var item in items.SelectMany(row => row.Take(width)))
            {
                WriteOutput.WriteValue(json, item.Item, ColumnType.Timestamp);
            }

            End(json);
        }

        if (request.Wants("scores"))
        {
            Begin(json, "scores", TensorType.Double, rows, width);
            foreach (var item in items.SelectMany(row => row.Take(width)))
            {
                WriteOutput.Number(json, item.Score);
            }

            End(json);
        }
    }

    private static void Begin(Utf8JsonWriter json, string name, string type, int rows, int? width)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("datatype"u8, type);
        json.WriteStartArray("shape"u8);
        json.WriteNumberValue(rows);
        if (width is { } columns)
        {
            json.WriteNumberValue(columns);
        }

        json.WriteEndArray();
        json.WriteStartArray("data"u8);
    }

    private static void End(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
