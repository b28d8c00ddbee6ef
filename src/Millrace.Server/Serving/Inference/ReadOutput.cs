using System.Text.Json;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

/// <summary>Outputs as <see cref="WriteOutput"/> wrote them, back from the replica that computed them.</summary>
internal static class ReadOutput
{
    public static IReadOnlyList<ScoredItem> Items(ReadOnlyMemory<byte> output)
    {
        using var json = JsonDocument.Parse(output);
        return
        [
            .. json
                .RootElement.GetProperty("items"u8)
                .EnumerateArray()
                .Select(i => new ScoredItem(Item(i.GetProperty("item"u8)), Number(i.GetProperty("score"u8)))),
        ];
    }

    /// <param name="output">The output of a classifier or a regression.</param>
    /// <param name="scores">Receives a probability for each class, in their order, or the one score.</param>
    public static void Scores(ReadOnlyMemory<byte> output, Span<double> scores)
    {
        using var json = JsonDocument.Parse(output);
        if (!json.RootElement.TryGetProperty("probabilities"u8, out var probabilities))
        {
            scores[0] = Number(json.RootElement.GetProperty("score"u8));
            return;
        }

        var i = 0;
        foreach (var probability in probabilities.EnumerateObject())
        {
            scores[i++] = Number(probability.Value);
        }
    }

    private static Value Item(JsonElement item) =>
        item.ValueKind switch
        {
            JsonValueKind.Number => item.TryGetInt64(out var whole) ? Value.Of(whole) : Value.Of(item.GetDouble()),
            JsonValueKind.True or JsonValueKind.False => Value.Of(item.GetBoolean()),
            JsonValueKind.String => Value.Of(item.GetString()!),
            _ => Value.Null,
        };

    private static double Number(JsonElement number) =>
        number.ValueKind == JsonValueKind.Null ? double.NaN : number.GetDouble();
}
