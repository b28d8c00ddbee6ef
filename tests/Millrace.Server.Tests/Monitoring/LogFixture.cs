using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Engine.Predictions;
using Millrace.Monitoring.PredictionLog;
using Millrace.Storage;

namespace Millrace.Server.Tests.Monitoring;

/// <summary>One prediction log over a folder of its own, which may be opened again and again.</summary>
public sealed class LogFixture : IAsyncDisposable
{
    private readonly PredictionLogOptions options;
    private readonly MillraceFolder folder = new(Directory.CreateTempSubdirectory("millrace-log-").FullName);

    internal LogFixture(int segmentBytes)
    {
        options = new() { SegmentBytes = segmentBytes };
        Files = new LogFolder(folder);
    }

    internal LogFolder Files { get; }

    internal FileLog Log { get; private set; } = null!;

    internal async Task OpenAsync(CancellationToken ct)
    {
        Log = new FileLog(Files, Options.Create(options), TimeProvider.System, NullLogger<FileLog>.Instance);
        await Log.StartAsync(ct);
    }

    internal Task CloseAsync(CancellationToken ct) => Log.StopAsync(ct);

    /// <summary>Keeps a prediction of the number, at one of two endpoints in turn.</summary>
    internal Task<bool> KeepAsync(int number) =>
        Log.KeepAsync(
            new PredictionRecord
            {
                Id = IdOf(number),
                At = 1_767_600_000_000_000 + number,
                LatencyMicroseconds = 42,
                Version = 3,
                Endpoint = number % 2 == 0 ? "even"u8 : "odd"u8,
                Model = "movie-night"u8,
                Inputs = Encoding.UTF8.GetBytes($$"""{"user_id":{{number}}}"""),
                Output = """{"items":[{"item":7,"score":0.5}]}"""u8,
            }
        );

    internal static PredictionId IdOf(int number) => new((UInt128)number);

    /// <summary>The numbers of all predictions of an endpoint, newest first, as its users see them.</summary>
    internal IReadOnlyList<int> Numbers(string endpoint, int limit, CancellationToken ct) =>
        [
            .. new ListPredictions(Log, Files)
                .Run(new(endpoint), limit, ct)
                .Select(p => p.Inputs.GetProperty("user_id").GetInt32()),
        ];

    internal async Task CompactAsync(CancellationToken ct)
    {
        using var compact = new CompactPredictions(Log, Files);
        await compact.RunAsync(TimeSpan.Zero, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await Log.StopAsync(CancellationToken.None);
        Log.Dispose();
        Directory.Delete(folder.Root, recursive: true);
    }
}
