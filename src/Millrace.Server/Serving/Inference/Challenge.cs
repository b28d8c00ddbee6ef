using System.Buffers;
using Millrace.Core;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Inference;

/// <summary>
/// Lets a challenger answer. It is on trial: whatever goes wrong with it is its own fault and not the caller's, who gets the
/// champion's answer.
/// </summary>
internal sealed partial class Challenge(ILogger<Challenge> logger)
{
    /// <returns>False where it could not answer: then the scratch is as it was.</returns>
    public bool TryScore(EndpointRoute route, TrafficSplit split, ServedModel champion, Scratch scratch, int count)
    {
        // It left between looking and holding.
        if (!split.Served.TryHold())
        {
            return false;
        }

        try
        {
            if (Order(split.Served, champion, scratch))
            {
                ScoreRow.Run(split.Served, scratch.Row(split.Served.Fields.Count), scratch, count);
                return true;
            }

            FellBack(route, split, null);
        }
        catch (Exception ex)
        {
            FellBack(route, split, ex);
        }
        finally
        {
            split.Served.Release();
        }

        scratch.ClearOutput();
        Order(champion, split.Served, scratch);
        return false;
    }

    /// <summary>The row in the order that a model takes it in: another training may have found its columns in another one.</summary>
    private static bool Order(ServedModel wanted, ServedModel now, Scratch scratch)
    {
        if (wanted.Fields.SameAs(now.Fields))
        {
            return true;
        }

        var inputs = new ReadOnlySequence<byte>(scratch.Inputs.WrittenMemory);
        var fields = wanted.Fields;
        return ReadRow.Read(inputs, fields, scratch).IsNone;
    }

    private void FellBack(EndpointRoute route, TrafficSplit split, Exception? exception)
    {
        // The first says it; the rest are counted.
        if (split.Traffic.FellBack())
        {
            LogFellBack(exception, route.Endpoint, split.Served.Model, split.Served.Version);
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "Endpoint {Endpoint}: the challenger {Model} v{Version} could not answer, and the champion did; further ones are counted"
    )]
    private partial void LogFellBack(
        Exception? exception,
        EndpointName endpoint,
        ModelName model,
        VersionNumber version
    );
}
