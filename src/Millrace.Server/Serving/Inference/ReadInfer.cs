using System.Text.Json;

namespace Millrace.Serving.Inference;

/// <summary>
/// Reads an inference request of the Open Inference Protocol v2 in JSON: named tensors of one value a row, flat or nested,
/// straight into rows. See https://github.com/kserve/open-inference-protocol (REST, "Inference Request JSON Object").
/// </summary>
internal ref struct ReadInfer(InputFields fields, int maxRows)
{
    private const int MaxDepth = 16;
    private const string WrongInputs = "'inputs' must be a list of tensors.";
    private const string WrongOutputs = "'outputs' must be a list of objects with a name.";
    private readonly InferRequest request = new();
    private readonly bool[] given = new bool[fields.Count];

    public readonly InputFault Read(ReadOnlySpan<byte> body, out InferRequest read)
    {
        read = request;
        try
        {
            var json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
            return Top(ref json);
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException)
        {
            return InputFault.NotJson(ex);
        }
    }

    private readonly InputFault Top(ref Utf8JsonReader json)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return InputFault.Other("The body must be a JSON object with 'inputs'.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var fault =
                json.ValueTextEquals("id"u8) ? Id(ref json)
                : json.ValueTextEquals("parameters"u8) ? InferParameters.Read(ref json, request)
                : json.ValueTextEquals("inputs"u8) ? Inputs(ref json)
                : json.ValueTextEquals("outputs"u8) ? Outputs(ref json)
                : InputFault.Other(
                    $"There is no '{ReadRow.Short(json.GetString()!)}' in a request: it has id, parameters, inputs and outputs."
                );
            if (!fault.IsNone)
            {
                return fault;
            }
        }

        json.Read();
        return fields.Missing(given);
    }

    private readonly InputFault Id(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length > 1000)
        {
            return InputFault.Other("'id' must be a text of at most 1000 bytes.");
        }

        request.Id = json.GetString();
        return InputFault.None;
    }

    private readonly InputFault Outputs(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return InputFault.Other(WrongOutputs);
        }

        request.Outputs ??= [];
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var fault = Output(ref json, request.Outputs);
            if (!fault.IsNone)
            {
                return fault;
            }
        }

        return json.TokenType == JsonTokenType.EndArray ? InputFault.None : InputFault.Other(WrongOutputs);
    }

    private readonly InputFault Output(ref Utf8JsonReader json, List<string> outputs)
    {
        string? name = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("parameters"u8))
            {
                var fault = InferParameters.Read(ref json, request);
                if (!fault.IsNone)
                {
                    return fault;
                }
            }
            else if (json.ValueTextEquals("name"u8))
            {
                json.Read();
                name = json.TokenType == JsonTokenType.String ? ReadRow.Short(json.GetString()!) : null;
                json.Skip();
            }
            else
            {
                json.Skip();
            }
        }

        if (name is null)
        {
            return InputFault.Other(WrongOutputs);
        }

        outputs.Add(name);
        return InputFault.None;
    }

    private readonly InputFault Inputs(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return InputFault.Other(WrongInputs);
        }

        var tensor = new ReadTensor(fields, request, given, maxRows);
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var fault = tensor.Read(ref json);
            if (!fault.IsNone)
            {
                return fault;
            }
        }

        return json.TokenType == JsonTokenType.EndArray ? InputFault.None : InputFault.Other(WrongInputs);
    }
}
