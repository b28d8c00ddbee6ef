using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

/// <summary>A request of the Open Inference Protocol, read: rows of values in the order of the model's inputs.</summary>
internal sealed class InferRequest
{
    public string? Id { get; set; }

    public int Rows { get; set; } = -1;

    /// <summary>Row after row, a value for each input.</summary>
    public Value[] Values { get; set; } = [];

    /// <summary>The outputs asked for; null for all.</summary>
    public List<string>? Outputs { get; set; }

    /// <summary>Recommenders: how many items.</summary>
    public int Count { get; set; } = Predict.DefaultCount;

    public bool Wants(string output) => Outputs is null || Outputs.Contains(output, StringComparer.Ordinal);
}
