using System.Text;
using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Scoring;
using Millrace.Serving.Inference;

namespace Millrace.Serving.Routing;

/// <summary>
/// A version in memory with all that its requests share. Counted: whoever uses it holds it, the table that routes to it
/// holds it too, and the last to let go disposes the predictor.
/// </summary>
internal sealed class ServedModel
{
    private int holders = 1;

    public ServedModel(ModelName model, VersionNumber version, Predictor predictor)
    {
        Model = model;
        Version = version;
        Predictor = predictor;
        Fields = new InputFields(predictor.Card.Inputs, predictor.Card.User);
        ModelUtf8 = Encoding.UTF8.GetBytes(model.Value);
        Classes = [.. predictor.Card.Classes.Select(c => JsonEncodedText.Encode(c, Json.Options.Encoder))];
        Positive = predictor
            .Card.Classes.ToList()
            .FindIndex(c => string.Equals(c, predictor.Card.Positive, StringComparison.Ordinal));
        Identity = Encoding.UTF8.GetBytes($"\",\"model\":\"{model}\",\"version\":{version},");
    }

    public ModelName Model { get; }

    public VersionNumber Version { get; }

    public Predictor Predictor { get; }

    /// <summary>Where its package lies, for replicas; empty for one that was never in a file.</summary>
    public string Folder { get; private init; } = "";

    public InputFields Fields { get; }

    public ReadOnlyMemory<byte> ModelUtf8 { get; }

    /// <summary>What stands in an answer between the prediction's id and the output.</summary>
    public ReadOnlyMemory<byte> Identity { get; }

    public IReadOnlyList<JsonEncodedText> Classes { get; }

    /// <summary>Where the positive class stands among two; −1 for other tasks.</summary>
    public int Positive { get; }

    /// <exception cref="RefusalException">The package cannot be read, with the reason.</exception>
    public static ServedModel Open(ModelName model, VersionNumber version, string folder)
    {
        try
        {
            return new(model, version, PackageReader.Open(folder)) { Folder = folder };
        }
        catch (Exception ex) when (ex is RefusalException or IOException or UnauthorizedAccessException)
        {
            throw Refusal.Conflict($"{model} v{version} cannot be loaded: {ex.Message}");
        }
    }

    /// <summary>False where it is disposed already: the caller looks up what took its place.</summary>
    public bool TryHold()
    {
        var seen = Volatile.Read(ref holders);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            Predictor.Dispose();
        }
    }
}
