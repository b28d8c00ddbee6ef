using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Engine.Predictions;
using Millrace.Engine.Tables;
using Millrace.Serving.Autoscaling;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Inference;

/// <summary>POST /v2/models/{model}[/versions/{version}]/infer: a batch in tensors, each row a prediction of its own.</summary>
internal sealed class Infer(
    FindServed find,
    IPredictionSink sink,
    PredictionIds ids,
    ObjectPool<Scratch> scratches,
    IOptions<ServingOptions> options,
    TimeProvider time
)
{
    /// <summary>As many rows of a batch are with replicas at once: enough to be seen as load, and no flood.</summary>
    private const int RowsAtOnce = 64;

    public async Task RunAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var found = await find.RunAsync(
            http.GetRouteValue("model") as string ?? "",
            http.GetRouteValue("version") as string,
            http.RequestAborted
        );
        if (found.Served is null)
        {
            found.Route?.Counters.Failed();
            await Answer.ErrorAsync(http, found.IsBroken ? 503 : 404, found.Error);
            return;
        }

        var scratch = scratches.Get();
        try
        {
            await RunAsync(http, found.Route!, found.Served, scratch, started);
        }
        finally
        {
            found.Served.Release();
            scratches.Return(scratch);
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
        if (http.Request.Headers.ContainsKey("Inference-Header-Content-Length"))
        {
            await FailAsync(http, route, 400, "Binary tensors are not taken here: send the data as JSON.");
            return;
        }

        if (await Body.ReadAsync(http.Request, options.Value.MaxBatchBytes) is not { } body)
        {
            await FailAsync(http, route, 413, $"A batch has at most {options.Value.MaxBatchBytes} bytes.");
            return;
        }

        var fault = Read(body, served, out var request);
        Body.Done(http.Request, body);
        if (!fault.IsNone)
        {
            await FailAsync(http, route, 400, fault.Describe());
            return;
        }

        if (UnknownOutput(request, served) is { } unknown)
        {
            await FailAsync(http, route, 400, unknown);
            return;
        }

        var answer = new InferAnswer(served, request.Rows);
        if (!await ScoreAsync(request, answer, route, served, http.RequestAborted))
        {
            http.Response.Headers.RetryAfter = "1";
            await FailAsync(
                http,
                route,
                503,
                $"No replica of {route.Endpoint} could take all rows: ask again, with fewer, or allow more with 'millrace scale {route.Endpoint}'."
            );
            return;
        }

        if (!await KeepAsync(request, answer, route, served, scratch, started))
        {
            await FailAsync(
                http,
                route,
                503,
                "The predictions could not be written to the prediction log, and are therefore not given: see the server's log."
            );
            return;
        }

        route.Counters.Answered(request.Rows, time.GetElapsedTime(started));
        http.Response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(http.Response.BodyWriter, new() { Encoder = Json.Options.Encoder }))
        {
            answer.Write(json, request);
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private InputFault Read(ReadOnlySequence<byte> body, ServedModel served, out InferRequest request)
    {
        var reader = new ReadInfer(served.Fields, options.Value.MaxBatchRows);
        return reader.Read(body.IsSingleSegment ? body.FirstSpan : body.ToArray(), out request);
    }

    private static string? UnknownOutput(InferRequest request, ServedModel served)
    {
        var all = InferAnswer.OutputsOf(served).Select(o => o.Name).ToList();
        return request.Outputs?.Find(o => !all.Contains(o, StringComparer.Ordinal)) is { } unknown
            ? $"There is no output '{unknown}': this model gives {string.Join(", ", all)}."
            : null;
    }

    /// <summary>Replicas compute what is deployed; any other version is opened and computed here.</summary>
    /// <returns>False where there was no replica for some row.</returns>
    private async Task<bool> ScoreAsync(
        InferRequest request,
        InferAnswer answer,
        EndpointRoute route,
        ServedModel served,
        CancellationToken ct
    )
    {
        var rows = Enumerable.Range(0, request.Rows);
        if (route.Replicas is not { } replicas || !ReferenceEquals(route.Served, served))
        {
            foreach (var row in rows)
            {
                answer.Score(row, Row(request, served, row), request.Count);
            }

            return true;
        }

        var unanswered = 0;
        var limits = new ParallelOptions { MaxDegreeOfParallelism = RowsAtOnce, CancellationToken = ct };
        await Parallel.ForEachAsync(
            rows,
            limits,
            async (row, stop) =>
            {
                // After one that found no replica the others need not wait for theirs.
                if (Volatile.Read(ref unanswered) == 0 && !await ForwardAsync(row, stop))
                {
                    Interlocked.Increment(ref unanswered);
                }
            }
        );
        return unanswered == 0;

        async Task<bool> ForwardAsync(int row, CancellationToken stop)
        {
            var scratch = scratches.Get();
            try
            {
                scratch.Clear();
                WriteOutput.Inputs(scratch.InputsJson, served.Fields, Row(request, served, row));
                if (await replicas.ScoreAsync(served, scratch, request.Count, stop) != RemoteResult.Answered)
                {
                    return false;
                }

                answer.Take(row, scratch.Output.WrittenMemory);
                return true;
            }
            finally
            {
                scratches.Return(scratch);
            }
        }
    }

    private static ReadOnlySpan<Value> Row(InferRequest request, ServedModel served, int row) =>
        request.Values.AsSpan(row * served.Fields.Count, served.Fields.Count);

    /// <summary>All rows go to the log together; each has an id.</summary>
    private async Task<bool> KeepAsync(
        InferRequest request,
        InferAnswer answer,
        EndpointRoute route,
        ServedModel served,
        Scratch scratch,
        long started
    )
    {
        var kept = new List<Task<bool>>();
        for (var row = 0; row < request.Rows; row++)
        {
            var one = Keep(row, request, answer, route, served, scratch, started);
            // Those that go to the disk together share a task.
            if (kept.Count == 0 || kept[^1] != one)
            {
                kept.Add(one);
            }
        }

        var all = true;
        foreach (var one in kept)
        {
            all &= await one;
        }

        return all;
    }

    private Task<bool> Keep(
        int row,
        InferRequest request,
        InferAnswer answer,
        EndpointRoute route,
        ServedModel served,
        Scratch scratch,
        long started
    )
    {
        scratch.Clear();
        WriteOutput.Inputs(scratch.InputsJson, served.Fields, Row(request, served, row));
        answer.WriteRow(row, scratch.OutputJson);
        var id = ids.Next();
        answer.Ids[row] = id.ToString();
        return sink.KeepAsync(
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
    }

    private static Task FailAsync(HttpContext http, EndpointRoute route, int status, string error)
    {
        route.Counters.Failed();
        return Answer.ErrorAsync(http, status, error);
    }
}
