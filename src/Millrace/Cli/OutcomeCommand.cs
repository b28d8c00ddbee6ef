using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

internal static class OutcomeCommand
{
    private const int AtOnce = 1000;

    private static readonly Argument<string?> Outcome = new("OUTCOME")
    {
        Description = "What really happened: the item, label or value, or a JSON object of columns.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Prediction = new("--prediction")
    {
        Description = "The id of the prediction that it belongs to.",
    };

    private static readonly Option<string?> Endpoint = new("--endpoint")
    {
        Description = "Without an id: the endpoint that predicted.",
    };

    private static readonly Option<string?> Key = new("--key")
    {
        Description = "Without an id: whom or what it is about; its newest prediction counts.",
    };

    private static readonly Option<string?> At = new("--at")
    {
        Description = "When it happened, as 2026-05-03T14:00:00Z [default: now].",
    };

    private static readonly Option<FileInfo?> File = new("--input")
    {
        Description = "A file of JSON lines, one outcome each as POST /outcomes takes it; - for standard input.",
    };

    public static Command Create() =>
        new Command("outcome", "Say what really happened. The same again changes nothing.")
        {
            Outcome,
            Prediction,
            Endpoint,
            Key,
            At,
            File,
        }
            .Does(TellAsync)
            .Example(
                "millrace outcome 4711 --endpoint movie-night --key 12",
                "millrace outcome yes --prediction 019a5c3e6f7b7c0d8e9f000000000000",
                "millrace outcome --input outcomes.jsonl --json"
            );

    private static async Task TellAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var outcomes = parsed.GetValue(File) is { } file ? await ReadAsync(file, ct) : [One(parsed)];
        var (accepted, repeated) = (0, 0);
        foreach (var some in outcomes.Chunk(AtOnce))
        {
            try
            {
                var view = await session.Client.SendOutcomesAsync(some, ct);
                accepted += view.Accepted;
                repeated += view.Repeated;
            }
            catch (RefusalException ex) when (accepted + repeated > 0)
            {
                throw new RefusalException(
                    ex.Kind,
                    $"The first {Output.Count(accepted + repeated)} outcomes are kept; of those after them: {ex.Message} The whole file may be sent again when it is right."
                );
            }
        }

        output.Result(
            new OutcomesView(accepted, repeated),
            () => output.Line($"{Output.Count(accepted)} kept, {Output.Count(repeated)} known already.")
        );
    }

    private static OutcomeRequest One(ParseResult parsed) =>
        new()
        {
            PredictionId = parsed.GetValue(Prediction) is { } id ? PredictionId.Parse(id, null) : null,
            Endpoint = parsed.GetValue(Endpoint) is { } endpoint ? EndpointName.Parse(endpoint, null) : null,
            Key = parsed.GetValue(Key) is { } key ? JsonSerializer.SerializeToElement(key) : null,
            Outcome = Value(
                parsed.GetValue(Outcome)
                    ?? throw Refusal.Invalid("Say what happened: 'millrace outcome VALUE', or --input FILE.")
            ),
            At = parsed.GetValue(At) is { } at ? Moment(at) : null,
        };

    private static DateTimeOffset Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw Refusal.Invalid($"'{text}' is not a time: write it as 2026-05-03T14:00:00Z.");

    /// <summary>JSON where it is JSON, else a text: nobody quotes a label for a shell.</summary>
    private static JsonElement Value(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }

    private static async Task<IReadOnlyList<OutcomeRequest>> ReadAsync(FileInfo file, CancellationToken ct)
    {
        if (file.Name is not "-" && !file.Exists)
        {
            throw Refusal.NotFound($"There is no file {file.FullName}.");
        }

        var outcomes = new List<OutcomeRequest>();
        using var reader = file.Name is "-" ? Console.In : file.OpenText();
        for (var line = 1; await reader.ReadLineAsync(ct) is { } text; line++)
        {
            if (text.Trim().Length == 0)
            {
                continue;
            }

            try
            {
                outcomes.Add(OutcomeRequest.Read(JsonElement.Parse(text)));
            }
            catch (JsonException)
            {
                throw Refusal.Invalid($"Line {line} of {file.Name} is no JSON: one outcome stands on each line.");
            }
            catch (RefusalException ex)
            {
                throw Refusal.Invalid($"Line {line} of {file.Name}: {ex.Message}");
            }
        }

        return outcomes;
    }
}
