using System.Text.Json;

namespace Millrace.Serving.Inference;

/// <summary>Of the parameters of a request, an input or an output, count and k are ours; others are for others.</summary>
internal static class InferParameters
{
    public static InputFault Read(ref Utf8JsonReader json, InferRequest request)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return InputFault.Other("'parameters' must be an object.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isCount = json.ValueTextEquals("count"u8) || json.ValueTextEquals("k"u8);
            var fault = isCount ? Count(ref json, request) : Foreign(ref json);
            if (!fault.IsNone)
            {
                return fault;
            }
        }

        return InputFault.None;
    }

    private static InputFault Count(ref Utf8JsonReader json, InferRequest request)
    {
        json.Read();
        if (
            json.TokenType != JsonTokenType.Number
            || !json.TryGetInt32(out var count)
            || count is < 1 or > Predict.MaxCount
        )
        {
            return InputFault.Other($"The parameter 'count' must be a whole number from 1 to {Predict.MaxCount}.");
        }

        request.Count = count;
        return InputFault.None;
    }

    /// <summary>Passed over, unless it wants what is not here: whoever sends or awaits bytes after the JSON must be told.</summary>
    private static InputFault Foreign(ref Utf8JsonReader json)
    {
        var binary =
            json.ValueTextEquals("binary_data_size"u8)
            || json.ValueTextEquals("binary_data_output"u8)
            || json.ValueTextEquals("binary_data"u8)
                ? json.GetString()
                : null;
        json.Read();
        if (binary is not null && json.TokenType is not (JsonTokenType.False or JsonTokenType.Null))
        {
            return InputFault.Other(
                $"Binary tensors are neither taken nor given here: leave '{binary}' out, and send the data as JSON."
            );
        }

        json.Skip();
        return InputFault.None;
    }
}
