using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Api;
using Millrace.Monitoring.Feedback;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Monitoring;

/// <summary>
/// A server with watched endpoints: a classifier at 'visits', a recommender at 'movies'. Harm is looked for after few
/// outcomes, so that a test needs few. Its clock stands still until a test moves it.
/// </summary>
public class WatchedServer : ServerFixture, IAsyncLifetime
{
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));

    public override TimeProvider Time => Clock;

    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Monitoring:Feedback:Reference"] = "100",
            ["Monitoring:Feedback:RunLength"] = "10000",
            ["Monitoring:Feedback:Interval"] = "00:00:00.020",
            ["Monitoring:Feedback:BatchSize"] = "50",
        };

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        var ct = TestContext.Current.CancellationToken;
        await WithinAsync(async services =>
        {
            await TrainedModels.AddClassifierAsync(services, new("visits"), new(1), Blessing.Passed, ct);
            await TrainedModels.AddRecommenderAsync(services, new("movies"), new(1), ct);
            return true;
        });
        await Client.DeployAsync(new("visits"), new(new("visits"), new(1), "a test"), ct);
        await Client.DeployAsync(new("movies"), new(new("movies"), new(1), "a test"), ct);
        await DeclareAsync(
            "visits",
            new()
            {
                Loop = new("visits"),
                Watch = "accuracy",
                Contract = new()
                {
                    Columns =
                    [
                        new() { Name = "age", Max = 60 },
                        new() { Name = "region", Allowed = ["north", "south"] },
                        new() { Name = "clicks", Required = true },
                    ],
                },
            },
            ct
        );
        await DeclareAsync(
            "movies",
            new()
            {
                Loop = new("movies"),
                Within = TimeSpan.FromDays(2),
                EventTime = "watched_at",
                Contract = new() { Columns = [new() { Name = "watched_at", Format = "epoch_s" }] },
            },
            ct
        );
    }

    internal Task<bool> DeclareAsync(string endpoint, MonitorSettings settings, CancellationToken ct) =>
        WithinAsync(s => s.GetRequiredService<DeclareMonitor>().RunAsync(new(endpoint), settings, ct));

    internal Task<HarmVerdict?> HarmAsync(string endpoint, CancellationToken ct) =>
        WithinAsync(s => s.GetRequiredService<ReadHarm>().RunAsync(new(endpoint), ct));

    internal Task<IReadOnlyList<JoinedLoss>> LossesAsync(string endpoint, long after, CancellationToken ct) =>
        WithinAsync(s => s.GetRequiredService<ReadLosses>().RunAsync(new(endpoint), after, 10_000, ct));

    internal Task<ExportedRows> ExportAsync(string endpoint, long after, string path, CancellationToken ct) =>
        WithinAsync(s => s.GetRequiredService<ExportJoined>().RunAsync(new(endpoint), after, path, null, ct));

    /// <summary>A prediction for a user; of a visit where he is named so.</summary>
    public async Task<PredictionView> RecommendAsync(int user, CancellationToken ct) =>
        await Client.PredictAsync(new("movies"), Json($$"""{"user_id":{{user}}}"""), null, ct);

    public async Task<PredictionView> VisitAsync(double age, int clicks, CancellationToken ct) =>
        await Client.PredictAsync(
            new("visits"),
            Json(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"age":{{age}},"region":"north","clicks":{{clicks}},"member":true}"""
                )
            ),
            null,
            ct
        );

    public Task<OutcomesView> TellAsync(CancellationToken ct, params OutcomeRequest[] outcomes) =>
        Client.SendOutcomesAsync(outcomes, ct);

    /// <summary>The counts once so many outcomes of the endpoint are joined, and no other waits to be looked at.</summary>
    public Task<OutcomeCounts> CountsAsync(string endpoint, Func<OutcomeCounts, bool> until, CancellationToken ct) =>
        UntilAsync(async () => (await Client.MonitorAsync(new(endpoint), ct)).Outcomes, until, ct);

    public async Task<OutcomeCounts> CountsAsync(string endpoint, CancellationToken ct) =>
        (await Client.MonitorAsync(new(endpoint), ct)).Outcomes;

    /// <summary>
    /// The counts once all that other tests told is settled: until it is known whose an outcome is, it is counted at every
    /// endpoint, and while the clock stands still what waits would wait for ever.
    /// </summary>
    public Task<OutcomeCounts> SettledAsync(string endpoint, CancellationToken ct)
    {
        Clock.Advance(TimeSpan.FromDays(8));
        return CountsAsync(endpoint, c => c.Waiting == 0, ct);
    }

    /// <summary>The sequence of the last outcome that was joined at 'movies'; 0 for none.</summary>
    public async Task<long> LastAsync(CancellationToken ct) =>
        (await LossesAsync("movies", 0, ct)).Select(l => l.Sequence).LastOrDefault();

    public static OutcomeRequest ById(PredictionView said, JsonElement outcome) =>
        new() { PredictionId = Millrace.Core.PredictionId.Parse(said.PredictionId, null), Outcome = outcome };

    /// <summary>Asks until it is so; the test's own time limit ends it.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> until, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        for (var i = 0; ; i++)
        {
            var answer = await ask();
            if (until(answer))
            {
                return answer;
            }

            Assert.True(i < 1000, $"It never came to that: {answer}");
            await timer.WaitForNextTickAsync(ct);
        }
    }

    public static JsonElement Json(string text) => JsonElement.Parse(text);
}
