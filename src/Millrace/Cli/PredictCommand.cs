using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

internal static class PredictCommand
{
    private static readonly Argument<string> Endpoint = new("ENDPOINT") { Description = "Which endpoint to ask." };

    private static readonly Argument<string[]> Inputs = new("INPUTS")
    {
        Description = "One JSON object, or name=value pairs.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<FileInfo?> File = new("--input")
    {
        Description = "A file with the JSON object; - for standard input.",
    };

    private static readonly Option<int?> Count = new("--count")
    {
        Description = "Recommenders: how many items [default: 10].",
    };

    public static Command Create() =>
        new Command("predict", "Ask an endpoint for a prediction. It is logged like any other.")
        {
            Endpoint,
            Inputs,
            File,
            Count,
        }
            .Does(PredictAsync)
            .Example(
                "millrace predict movie-night '{\"user_id\": 12}'",
                "millrace predict movie-night user_id=12 --count 5",
                "millrace predict campaign --input customer.json --json"
            );

    private static async Task PredictAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var endpoint = EndpointName.Parse(parsed.GetValue(Endpoint)!, null);
        var given = parsed.GetValue(Inputs) ?? [];
        var inputs =
            parsed.GetValue(File) is { } file ? Parse(await ReadAsync(file, ct))
            : given is [var one] && one.TrimStart().StartsWith('{') ? Parse(one)
            : await PairsAsync(session, endpoint, given, ct);
        var view = await session.Client.PredictAsync(endpoint, inputs, parsed.GetValue(Count), ct);
        output.Result(view, () => Tell(view, output));
    }

    private static async Task<string> ReadAsync(FileInfo file, CancellationToken ct)
    {
        if (file.Name is "-")
        {
            return await Console.In.ReadToEndAsync(ct);
        }

        return file.Exists
            ? await System.IO.File.ReadAllTextAsync(file.FullName, ct)
            : throw Refusal.NotFound($"There is no file {file.FullName}.");
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException ex)
        {
            throw Refusal.Invalid($"The inputs are not JSON: {ex.Message}");
        }
    }

    /// <summary>A value's type is the endpoint's to say: 12 is a number for one input and a text for another.</summary>
    private static async Task<JsonElement> PairsAsync(
        Session session,
        EndpointName endpoint,
        string[] pairs,
        CancellationToken ct
    )
    {
        var known = (await session.Client.EndpointAsync(endpoint, ct)).Inputs;
        var inputs = new JsonObject();
        foreach (var pair in pairs)
        {
            if (pair.Split('=', 2) is not [var name, var text])
            {
                throw Refusal.Invalid($"'{pair}' is not name=value, nor is it a JSON object.");
            }

            if (inputs.ContainsKey(name))
            {
                throw Refusal.Invalid($"'{name}' is given twice: an input has one value.");
            }

            var type = known.FirstOrDefault(i => string.Equals(i.Name, name, StringComparison.Ordinal))?.Type;
            inputs[name] = ValueOf(text, type);
        }

        return JsonSerializer.SerializeToElement(inputs, Json.Options);
    }

    private static JsonValue? ValueOf(string text, string? type) =>
        type switch
        {
            _ when text.Length == 0 => null,
            "int32" or "int64" when long.TryParse(text, CultureInfo.InvariantCulture, out var n) => JsonValue.Create(n),
            "double"
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var x)
                    && double.IsFinite(x) => JsonValue.Create(x),
            "bool" when bool.TryParse(text, out var b) => JsonValue.Create(b),
            _ => JsonValue.Create(text),
        };

    private static void Tell(PredictionView view, Output output)
    {
        if (view.Items is { } items)
        {
            Output.Table(
                ["Item", "Score#"],
                items.Select(i => (IReadOnlyList<string>)[i.Item.ToString(), Output.Score(i.Score)])
            );
        }

        if (view.Label is { } label)
        {
            output.Line($"[bold]{label}[/]");
        }

        if (view.Probabilities is { } probabilities)
        {
            Output.Table(
                ["Class", "Probability#"],
                probabilities.Select(p => (IReadOnlyList<string>)[p.Key, Output.Score(p.Value)])
            );
        }
        else if (view.Score is { } score)
        {
            output.Line($"[bold]{Output.Score(score)}[/]");
        }

        output.Line($"[dim]{view.Model} v{view.Version}, prediction {view.PredictionId}[/]");
    }
}
