using System.Text.Json;
using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

/// <summary>
/// Reads an inference request of the Open Inference Protocol v2 in JSON: named tensors of one value a row, flat or nested,
/// straight into rows. See https://github.com/kserve/open-inference-protocol (REST, "Inference Request JSON Object").
/// </summary>
internal ref struct ReadInfer(InputFields fields, int maxRows)
{
    private const int MaxDepth = 16;
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
                : json.ValueTextEquals("parameters"u8) ? Parameters(ref json)
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

    /// <summary>Of the parameters of a request, an input or an output, count and k are ours; others are for others.</summary>
    private readonly InputFault Parameters(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return InputFault.Other("'parameters' must be an object.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isCount = json.ValueTextEquals("count"u8) || json.ValueTextEquals("k"u8);
            var fault = isCount ? Count(ref json) : Foreign(ref json);
            if (!fault.IsNone)
            {
                return fault;
            }
        }

        return InputFault.None;
    }

    private readonly InputFault Count(ref Utf8JsonReader json)
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
                var fault = Parameters(ref json);
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
            return InputFault.Other("'inputs' must be a list of tensors.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var fault = Tensor(ref json);
            if (!fault.IsNone)
            {
                return fault;
            }
        }

        return json.TokenType == JsonTokenType.EndArray
            ? InputFault.None
            : InputFault.Other("'inputs' must be a list of tensors.");
    }

    /// <summary>The parts come in any order: the data is passed over first, and read when name and shape are known.</summary>
    private readonly InputFault Tensor(ref Utf8JsonReader json)
    {
        var at = -1;
        string? unknown = null;
        string? type = null;
        var rows = -1;
        Utf8JsonReader data = default;
        var hasData = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("data"u8))
            {
                data = json;
                hasData = true;
                json.Skip();
            }
            else if (json.ValueTextEquals("name"u8))
            {
                json.Read();
                if (json.TokenType != JsonTokenType.String)
                {
                    return InputFault.Other("An input's 'name' must be a text.");
                }

                at = fields.Find(ref json, 0);
                unknown = at < 0 ? ReadRow.Short(json.GetString()!) : null;
            }
            else if (json.ValueTextEquals("datatype"u8))
            {
                json.Read();
                type = json.TokenType == JsonTokenType.String ? ReadRow.Short(json.GetString()!) : "";
            }
            else if (json.ValueTextEquals("shape"u8))
            {
                rows = Shape(ref json);
            }
            else if (json.ValueTextEquals("parameters"u8))
            {
                var wanted = Parameters(ref json);
                if (!wanted.IsNone)
                {
                    return wanted;
                }
            }
            else
            {
                json.Skip();
            }
        }

        var fault =
            unknown is not null ? new InputFault(FaultKind.Unknown, unknown, fields.Names)
            : at < 0 ? InputFault.Other("An input has no 'name'.")
            : given[at] ? new InputFault(FaultKind.Twice, fields[at].Name, "")
            : Fitting(at, type, rows);
        if (fault.IsNone && !hasData)
        {
            fault = InputFault.Other($"The input '{fields[at].Name}' has no 'data'.");
        }

        if (!fault.IsNone)
        {
            return fault;
        }

        given[at] = true;
        return Data(ref data, at);
    }

    private readonly InputFault Fitting(int at, string? type, int rows)
    {
        var field = fields[at];
        if (type is null || !TensorType.IsKnown(type))
        {
            return InputFault.Other(
                $"The datatype '{type}' of the input '{field.Name}' is none that this server takes: give {TensorType.Of(field.Type)}."
            );
        }

        if (!TensorType.Fits(type, field.Type))
        {
            return InputFault.Other(
                $"The input '{field.Name}' must be {ExpectedType.Describe(field.Type)}: give the datatype {TensorType.Of(field.Type)}, not {type}."
            );
        }

        if (rows < 0 || (request.Rows >= 0 && rows != request.Rows))
        {
            return InputFault.Other(
                $"The shape of the input '{field.Name}' must be [rows] or [rows, 1], with the same number of rows for every input."
            );
        }

        if (rows == 0 || rows > maxRows)
        {
            return InputFault.Other($"A batch has 1 to {maxRows} rows, not {rows}.");
        }

        if (request.Rows < 0)
        {
            request.Rows = rows;
            request.Values = new Value[rows * fields.Count];
        }

        return InputFault.None;
    }

    /// <summary>The number of rows; −1 where the shape is none that one value a row can have.</summary>
    private static int Shape(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return -1;
        }

        var rows = -1;
        var fits = true;
        for (var i = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; i++)
        {
            var isNumber = json.TokenType == JsonTokenType.Number;
            if (!isNumber || !json.TryGetInt32(out var size))
            {
                json.Skip();
                fits = false;
            }
            else if (i == 0)
            {
                rows = size;
            }
            else
            {
                fits &= size == 1;
            }
        }

        return fits ? rows : -1;
    }

    private readonly InputFault Data(ref Utf8JsonReader json, int at)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return InputFault.Other($"The 'data' of the input '{fields[at].Name}' must be a list.");
        }

        var depth = 1;
        var row = 0;
        while (depth > 0 && json.Read())
        {
            if (json.TokenType == JsonTokenType.StartArray)
            {
                depth++;
            }
            else if (json.TokenType == JsonTokenType.EndArray)
            {
                depth--;
            }
            else if (row >= request.Rows)
            {
                row++;
                break;
            }
            else
            {
                ref var value = ref request.Values[(row * fields.Count) + at];
                if (!ReadValue.TryRead(ref json, fields[at].Type, out value))
                {
                    return fields.Mistyped(at);
                }

                if (value.IsNull && fields[at].IsUser)
                {
                    return fields.Null(at);
                }

                row++;
            }
        }

        return row == request.Rows
            ? InputFault.None
            : InputFault.Other(
                $"The 'data' of the input '{fields[at].Name}' must have {request.Rows} values, as its shape says."
            );
    }
}
