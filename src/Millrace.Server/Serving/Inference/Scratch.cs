using System.Buffers;
using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Tables;

namespace Millrace.Serving.Inference;

/// <summary>What one request works in, lent from a pool: a prediction allocates next to nothing of its own.</summary>
internal sealed class Scratch
{
    private const int Keep = 64 << 10;

    private static readonly JsonWriterOptions Writing = new() { Encoder = Json.Options.Encoder, SkipValidation = true };

    public Scratch()
    {
        InputsJson = new(Inputs, Writing);
        OutputJson = new(Output, Writing);
    }

    public ArrayBufferWriter<byte> Inputs { get; private set; } = new(512);

    public ArrayBufferWriter<byte> Output { get; private set; } = new(1024);

    public Utf8JsonWriter InputsJson { get; }

    public Utf8JsonWriter OutputJson { get; }

    /// <summary>Items that a request wants none of.</summary>
    public HashSet<string> Excluded { get; } = new(StringComparer.Ordinal);

    private Value[] Values { get; set; } = new Value[32];

    private bool[] Flags { get; set; } = new bool[32];

    private double[] Numbers { get; set; } = new double[8];

    public Span<Value> Row(int length) =>
        (Values.Length >= length ? Values : Values = new Value[length]).AsSpan(0, length);

    public Span<bool> Given(int length) =>
        (Flags.Length >= length ? Flags : Flags = new bool[length]).AsSpan(0, length);

    public Span<double> Scores(int length) =>
        (Numbers.Length >= length ? Numbers : Numbers = new double[length]).AsSpan(0, length);

    /// <summary>What was begun of an output is gone; the inputs stay.</summary>
    public void ClearOutput()
    {
        Output.ResetWrittenCount();
        OutputJson.Reset(Output);
    }

    /// <summary>Empty again, for the next row or request. What grew large is let go.</summary>
    public void Clear()
    {
        if (Inputs.Capacity > Keep || Output.Capacity > Keep)
        {
            Inputs = new(512);
            Output = new(1024);
        }

        Inputs.ResetWrittenCount();
        Output.ResetWrittenCount();
        InputsJson.Reset(Inputs);
        OutputJson.Reset(Output);
        // Texts of the last caller do not stay.
        Values.AsSpan().Clear();
        Excluded.Clear();
    }
}
