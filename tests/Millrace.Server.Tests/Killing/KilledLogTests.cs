using System.Collections.Concurrent;
using System.Text.Json;
using Millrace.Core;
using Xunit;

namespace Millrace.Server.Tests.Killing;

/// <summary>A server that is killed while many ask it: what it acknowledged is in the log, once, and stays there.</summary>
public sealed class KilledLogTests(MortalServer server) : IClassFixture<MortalServer>
{
    private const int Callers = 8;
    private static readonly EndpointName Endpoint = new("shelf");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_acknowledged_prediction_is_logged_once_whatever_instant_the_server_is_killed_at()
    {
        await server.StartAsync();
        await DeployAsync();
        var acknowledged = new ConcurrentBag<string>();

        // Killed under load; killed while it compacts under load; and compacted in peace.
        await AskUntilKilledAsync(acknowledged, 200, isCompacting: false);
        await server.StartAsync();
        await AssertLoggedAsync(acknowledged);
        await AskUntilKilledAsync(acknowledged, 400, isCompacting: true);
        await server.StartAsync();
        await AssertLoggedAsync(acknowledged);
        await server.Client.CompactPredictionsAsync(Ct);
        await AssertLoggedAsync(acknowledged);
    }

    private async Task AskUntilKilledAsync(ConcurrentBag<string> acknowledged, int wanted, bool isCompacting)
    {
        var asking = Enumerable.Range(0, Callers).Select(_ => AskAsync(acknowledged)).ToList();
        using (var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5), TimeProvider.System))
        {
            while (acknowledged.Count < wanted)
            {
                await timer.WaitForNextTickAsync(Ct);
            }
        }

        var compacting = isCompacting ? server.Client.CompactPredictionsAsync(Ct) : Task.CompletedTask;
        await server.KillAsync();
        await Task.WhenAll(asking);
        await Record.ExceptionAsync(() => compacting);
    }

    /// <summary>One after the other, until nobody answers.</summary>
    private async Task AskAsync(ConcurrentBag<string> acknowledged)
    {
        try
        {
            for (var viewer = 0; ; viewer++)
            {
                var inputs = JsonSerializer.SerializeToElement(
                    new Dictionary<string, int>(StringComparer.Ordinal) { ["viewer"] = viewer % 30 }
                );
                acknowledged.Add((await server.Client.PredictAsync(Endpoint, inputs, Ct)).PredictionId);
            }
        }
        catch (HttpRequestException) { }
    }

    private async Task AssertLoggedAsync(ConcurrentBag<string> acknowledged)
    {
        var logged = (await server.Client.PredictionsAsync(Endpoint, 1000, Ct)).Select(p => p.Id).ToList();
        Assert.Equal(logged.Count, logged.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(acknowledged.Except(logged, StringComparer.Ordinal));
        // No more than one for each caller was logged and not acknowledged at each kill.
        Assert.InRange(logged.Count - acknowledged.Count, 0, 2 * Callers);
    }

    private async Task DeployAsync()
    {
        var file = Path.Combine(server.Folder, "views.csv");
        await File.WriteAllLinesAsync(
            file,
            Enumerable
                .Range(0, 600)
                .Select(i => $"{i % 30},{((i * 37) + (i / 30 * 11)) % 90},{1_767_225_600 + (i * 600)}")
                .Prepend("viewer,film,at"),
            Ct
        );
        var yaml = $$"""
            loop: shelf
            data:
              source: { files: "{{file}}" }
              event_time: at
              contract: { at: { type: timestamp, format: epoch_s, required: true } }
            model: { task: recommend, user: viewer, item: film, try: [popularity] }
            deploy: {}
            """;
        await server.Client.ApplyAsync(new(yaml, server.Folder), Ct);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while ((await server.Client.EndpointsAsync(Ct)).Count == 0)
        {
            await timer.WaitForNextTickAsync(Ct);
        }
    }
}
