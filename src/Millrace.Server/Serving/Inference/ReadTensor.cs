using System.Text.Json;
using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

/// <summary>Reads one tensor of a request into its column of the rows.</summary>
/// <param name="fields">What the model takes.</param>
/// <param name="request">Gets the values; its first tensor says how many rows there are.</param>
/// <param name="given">By field: whether a tensor gave it.</param>
/// <param name="maxRows">More are refused.</param>
internal readonly ref struct ReadTensor(InputFields fields, InferRequest request, bool[] given, int maxRows)
{
    /// <summary>The parts come in any order: the data is passed over first, and read when name and shape are known.</summary>
    public InputFault Read(ref Utf8JsonReader json)
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
                var wanted = InferParameters.Read(ref json, request);
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

    private InputFault Fitting(int at, string? type, int rows)
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

    private InputFault Data(ref Utf8JsonReader json, int at)
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
