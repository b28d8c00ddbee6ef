using System.Globalization;
using System.Text.Json;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Server.Tests.Loop;

/// <summary>A loop over few views of few films: it retrains on harm, from what its viewers told, by a canary.</summary>
internal static class EveningLoop
{
    public const long Rows = Found * 30;
    private const int Found = 40;

    public static LoopName Name { get; } = new("evening");

    public static EndpointName Endpoint { get; } = new("evening");

    /// <summary>What the audit log says of one turn, in this order and each once.</summary>
    public static IReadOnlyList<string> Turn { get; } =
    ["triggered", "ingested", "trained", "registered", "blessed", "rollout started", "rollout promoted"];

    /// <summary>Lines of a CSV file with views of the last ten days.</summary>
    public static IEnumerable<string> Views()
    {
        var start = TimeProvider.System.GetUtcNow().AddDays(-10).ToUnixTimeSeconds();
        var rows =
            from user in Enumerable.Range(1, Found)
            from n in Enumerable.Range(0, 30)
            // A few items are much more popular than the rest.
            let item = 1 + (int)(40 * Math.Pow(((user * 31) + (n * 17)) % 97 / 97.0, 3))
            select string.Create(CultureInfo.InvariantCulture, $"{user},{item},{start + (user * 500) + (n * 25_000)}");
        return rows.Prepend("user_id,movie_id,at");
    }

    public static string Yaml(string file) =>
        $$"""
            loop: evening
            data:
              source: { files: "{{file}}", predictions: true }
              event_time: at
              contract:
                user_id: { type: int64, required: true }
                movie_id: { type: int64, required: true }
                at: { type: timestamp, format: epoch_s, required: true }
            model: { task: recommend, user: user_id, item: movie_id, try: [popularity: { half_life: 1d }] }
            gates: [hit_rate@10 >= 0]
            deploy: { rollout: { canary: [40%, 60%], confidence: 95% } }
            monitor: { outcome: { item: movie_id, within: 1d } }
            retrain: { on: harm, cooldown: 1s }
            """;

    public static Task<PredictionView> PredictAsync(MillraceClient client, int viewer, CancellationToken ct) =>
        client.PredictAsync(
            Endpoint,
            JsonSerializer.SerializeToElement(
                new Dictionary<string, int>(StringComparer.Ordinal) { ["user_id"] = viewer }
            ),
            ct
        );

    /// <summary>What the viewer who was answered watched.</summary>
    public static OutcomeRequest Watched(PredictionView answer, long film) =>
        new()
        {
            PredictionId = PredictionId.Parse(answer.PredictionId, null),
            Outcome = JsonSerializer.SerializeToElement(film),
        };
}
