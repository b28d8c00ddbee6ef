using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Engine.Predictions;
using Millrace.Serving.Autoscaling;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Inference;

/// <summary>POST /predict/{endpoint}: one row in, one prediction out, on the disk before it is answered.</summary>
internal sealed class Predict(
    RoutingTable routes,
    IPredictionSink sink,
    PredictionIds ids,
    Challenge challenge,
    Forward forward,
    ObjectPool<Scratch> scratches,
    IOptions<ServingOptions> options,
    TimeProvider time
)
{
    public const int DefaultCount = 10;
    public const int MaxCount = 1000;

    private static readonly byte[] Start = "{\"prediction_id\":\""u8.ToArray();

    public async Task RunAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var name = http.GetRouteValue("endpoint") as string ?? "";
        var (route, served) = Hold(name);
        if (route is null)
        {
            await Answer.ProblemAsync(
                http,
                StatusCodes.Status404NotFound,
                $"There is no endpoint '{ReadRow.Short(name)}': 'millrace status' says how far each loop is; 'millrace deploy ENDPOINT MODEL VERSION' makes one by hand."
            );
            return;
        }

        if (served is null)
        {
            route.Counters.Failed();
            await Answer.ProblemAsync(http, StatusCodes.Status503ServiceUnavailable, route.Broken);
            return;
        }

        var scratch = scratches.Get();
        try
        {
            await RunAsync(http, route, served, scratch, started);
        }
        finally
        {
            served.Release();
            scratches.Return(scratch);
        }
    }

    /// <summary>The endpoint's route, and its model held; the model is null where it is broken.</summary>
    private (EndpointRoute? Route, ServedModel? Served) Hold(string name)
    {
        while (true)
        {
            var route = routes.Find(name);
            if (route?.Served is not { } served)
            {
                return (route, null);
            }

            // Switched and drained between looking and holding: look again.
            if (served.TryHold())
            {
                return (route, served);
            }
        }
    }

    private async Task RunAsync(
        HttpContext http,
        EndpointRoute route,
        ServedModel served,
        Scratch scratch,
        long started
    )
    {
        var fault = TryCount(http.Request.Query, out var count)
            ? InputFault.None
            : InputFault.Other($"'count' must be a whole number from 1 to {MaxCount}.");
        if (fault.IsNone)
        {
            if (await Body.ReadAsync(http.Request, options.Value.MaxBodyBytes) is not { } body)
            {
                route.Counters.Failed();
                await Answer.ProblemAsync(
                    http,
                    StatusCodes.Status413PayloadTooLarge,
                    $"A prediction's inputs have at most {options.Value.MaxBodyBytes} bytes."
                );
                return;
            }

            fault = Read(body, served, scratch);
            Body.Done(http.Request, body);
        }

        if (!fault.IsNone)
        {
            route.Counters.Failed();
            await Answer.ProblemAsync(http, StatusCodes.Status400BadRequest, fault.Describe());
            return;
        }

        // As many more as may be left out again, wherever they are computed.
        var asked = count + scratch.Excluded.Count;
        if (route.Replicas is not { } replicas)
        {
            served = Score(route, served, scratch, asked);
        }
        else if (await forward.RunAsync(route, replicas, served, scratch, asked, http.RequestAborted) is { } answering)
        {
            served = answering;
        }
        else
        {
            route.Counters.Failed();
            http.Response.Headers.RetryAfter = "1";
            await Answer.ProblemAsync(
                http,
                StatusCodes.Status503ServiceUnavailable,
                $"No replica of {route.Endpoint} could take this request: ask again, or allow more with 'millrace scale {route.Endpoint}'."
            );
            return;
        }

        if (asked > count)
        {
            LeaveOut(scratch, count);
        }

        var id = ids.Next();
        if (!await KeepAsync(id, route, served, scratch, started))
        {
            route.Counters.Failed();
            await Answer.ProblemAsync(
                http,
                StatusCodes.Status503ServiceUnavailable,
                "The prediction could not be written to the prediction log, and is therefore not given: see the server's log."
            );
            return;
        }

        route.Counters.Answered(1, time.GetElapsedTime(started));
        await WriteAsync(http.Response, id, served, scratch.Output.WrittenSpan);
    }

    /// <summary>The inputs as values, and as the JSON that is logged.</summary>
    private static InputFault Read(ReadOnlySequence<byte> body, ServedModel served, Scratch scratch)
    {
        scratch.Clear();
        var fields = served.Fields;
        var fault = ReadRow.Read(body, fields, scratch);
        if (fault.IsNone)
        {
            WriteOutput.Inputs(scratch.InputsJson, fields, scratch.Row(fields.Count));
        }

        return fault;
    }

    /// <returns>The version that answered: what is logged and what is said. Only its words may be used: it is not held.</returns>
    private ServedModel Score(EndpointRoute route, ServedModel champion, Scratch scratch, int count)
    {
        var row = scratch.Row(champion.Fields.Count);
        if (route.Split is { } split)
        {
            if (split.Sends(champion, row) && challenge.TryScore(route, split, champion, scratch, count))
            {
                split.Traffic.Challenger();
                return split.Served;
            }

            split.Traffic.Champion();
        }

        ScoreRow.Run(champion, row, scratch, count);
        return champion;
    }

    /// <summary>The best items but those that the request excludes.</summary>
    private static void LeaveOut(Scratch scratch, int count)
    {
        var wanted = ReadOutput
            .Items(scratch.Output.WrittenMemory)
            .Where(i => !scratch.Excluded.Contains(i.Item.ToString()))
            .Take(count)
            .ToList();
        scratch.ClearOutput();
        WriteOutput.Items(scratch.OutputJson, wanted);
    }

    private Task<bool> KeepAsync(
        PredictionId id,
        EndpointRoute route,
        ServedModel served,
        Scratch scratch,
        long started
    ) =>
        sink.KeepAsync(
            new PredictionRecord
            {
                Id = id,
                At = (time.GetUtcNow().Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
                LatencyMicroseconds = (int)Math.Min(time.GetElapsedTime(started).TotalMicroseconds, int.MaxValue),
                Version = served.Version.Value,
                Endpoint = route.EndpointUtf8.Span,
                Model = served.ModelUtf8.Span,
                Inputs = scratch.Inputs.WrittenSpan,
                Output = scratch.Output.WrittenSpan,
            }
        );

    /// <summary>The output as it was logged, with id, model and version in front.</summary>
    private static Task WriteAsync(
        HttpResponse response,
        PredictionId id,
        ServedModel served,
        ReadOnlySpan<byte> output
    )
    {
        var identity = served.Identity.Span;
        var length = Start.Length + PredictionId.Length + identity.Length + output.Length - 1;
        response.ContentType = "application/json";
        response.ContentLength = length;
        var writer = response.BodyWriter;
        var room = writer.GetSpan(length);
        Start.CopyTo(room);
        id.Format(room[Start.Length..]);
        identity.CopyTo(room[(Start.Length + PredictionId.Length)..]);
        output[1..].CopyTo(room[(Start.Length + PredictionId.Length + identity.Length)..]);
        writer.Advance(length);
        var flushed = writer.FlushAsync();
        return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
    }

    private static bool TryCount(IQueryCollection query, out int count)
    {
        count = DefaultCount;
        if (query.Count == 0)
        {
            return true;
        }

        var text =
            query.TryGetValue("count", out var given) || query.TryGetValue("k", out given) ? given.ToString() : null;
        return text is null
            || (
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count)
                && count is >= 1 and <= MaxCount
            );
    }
}
