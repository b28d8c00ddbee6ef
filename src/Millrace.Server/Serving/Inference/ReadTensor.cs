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
        var (rows, rank) = (-1, 0);
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
                (rows, rank) = Shape(ref json);
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
        return Data(ref data, at, rank);
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

    /// <summary>The number of rows, −1 where the shape is none that one value a row can have; and of dimensions.</summary>
    private static (int Rows, int Rank) Shape(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return (-1, 0);
        }

        var rank = 0;
        var rows = -1;
        var fits = true;
        for (; json.Read() && json.TokenType != JsonTokenType.EndArray; rank++)
        {
            var isNumber = json.TokenType == JsonTokenType.Number;
            if (!isNumber || !json.TryGetInt32(out var size))
            {
                json.Skip();
                fits = false;
            }
            else if (rank == 0)
            {
                rows = size;
            }
            else
            {
                fits &= size == 1;
            }
        }

        return (fits ? rows : -1, rank);
    }

    /// <summary>Values one after the other, or nested as the shape says: then each in as many lists as it has dimensions.</summary>
    private InputFault Data(ref Utf8JsonReader json, int at, int rank)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return InputFault.Other($"The 'data' of the input '{fields[at].Name}' must be a list.");
        }

        var row = 0;
        var isNested = false;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var wraps = json.TokenType == JsonTokenType.StartArray ? rank - 1 : 0;
            isNested = row == 0 ? wraps > 0 : isNested;
            if (isNested != wraps > 0 || !Passes(ref json, wraps, JsonTokenType.StartArray))
            {
                return Ragged(at);
            }

            if (row >= request.Rows)
            {
                row++;
                break;
            }

            if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
            {
                return Ragged(at);
            }

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
            if (
                wraps > 0
                && (
                    !json.Read()
                    || !Passes(ref json, wraps - 1, JsonTokenType.EndArray)
                    || json.TokenType != JsonTokenType.EndArray
                )
            )
            {
                return Ragged(at);
            }
        }

        return row == request.Rows
            ? InputFault.None
            : InputFault.Other(
                $"The 'data' of the input '{fields[at].Name}' must have {request.Rows} values, as its shape says."
            );
    }

    /// <summary>Goes past so many brackets, and stands on what comes then.</summary>
    private static bool Passes(ref Utf8JsonReader json, int brackets, JsonTokenType bracket)
    {
        for (; brackets > 0; brackets--)
        {
            if (json.TokenType != bracket || !json.Read())
            {
                return false;
            }
        }

        return true;
    }

    private InputFault Ragged(int at) =>
        InputFault.Other(
            $"The 'data' of the input '{fields[at].Name}' must be values one after the other, or lists nested as its shape says."
        );
}
