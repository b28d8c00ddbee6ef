using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Millrace.Api;
using Millrace.Core;
using Millrace.Hosting;
using Xunit;

namespace Millrace.Testing;

/// <summary>
/// One real server on a free port over a fresh folder and database: SQLite, or PostgreSQL where MILLRACE_TEST_DB names one.
/// Tests speak to it as its users do, over HTTP.
/// </summary>
public class ServerFixture : IAsyncLifetime
{
    private readonly TestDatabase database = new();
    private MillraceServer? server;

    public string Folder { get; } = Directory.CreateTempSubdirectory("millrace-test-").FullName;

    /// <summary>How its PostgreSQL database is reached; null for SQLite.</summary>
    public string? Database => database.ConnectionString;

    public MillraceClient Client { get; private set; } = null!;

    public HttpClient Http { get; private set; } = new();

    /// <summary>The time that the server reads; a test that moves it derives from <see cref="ClockedServerFixture"/>.</summary>
    public virtual TimeProvider Time => TimeProvider.System;

    protected virtual string Token => "";

    /// <summary>Settings of the server by section, for a fixture that needs others than a laptop's.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?>(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        await database.CreateAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
        await database.DropAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the server and starts another over the same folder and database.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Writes a file beside the server's own folder and returns its path.</summary>
    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Folder, "files", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Follows a job to its end, whichever that is.</summary>
    public async Task<JobView> EndOfAsync(JobView job, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!job.IsOver)
        {
            await timer.WaitForNextTickAsync(ct);
            job = await Client.JobAsync(job.Id, ct);
        }

        return job;
    }

    /// <summary>Ingests and waits; fails the test where the job failed.</summary>
    public async Task<IngestView> IngestAsync(string dataset, IngestRequest request, CancellationToken ct)
    {
        var job = await EndOfAsync(await Client.IngestAsync(new(dataset), request, ct), ct);
        Assert.True(job.State == JobState.Succeeded, job.Error);
        return job.Result!.Value.Deserialize<IngestView>(Json.Options)!;
    }

    /// <summary>For fixtures that offer, by a name of its own, what only a feature to the right asks of another.</summary>
    internal async Task<T> WithinAsync<T>(Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = server!.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider);
    }

    /// <summary>Follows a loop until it has come as far as it will.</summary>
    public async Task<LoopView> SettledAsync(LoopName name, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var loop = await Client.LoopAsync(name, ct);
        while (loop.State == StageState.Running || loop.Retrainings.Any(r => r.State == RetrainingState.Running))
        {
            await timer.WaitForNextTickAsync(ct);
            loop = await Client.LoopAsync(name, ct);
        }

        return loop;
    }

    private async Task StartAsync()
    {
        var configuration = new Dictionary<string, string?>(Settings, StringComparer.Ordinal);
        if (database.ConnectionString is { } connection)
        {
            configuration["Storage:PostgreSql"] = connection;
        }

        server = await MillraceServer.StartAsync(
            new()
            {
                Folder = Path.Combine(Folder, ".millrace"),
                Address = new("http://127.0.0.1:0"),
                Token = Token,
                Configuration = configuration,
                LogToConsole = false,
                Time = Time,
            },
            TestContext.Current.CancellationToken
        );
        Http = MillraceClient.Connect(server.Address, Token, "tester");
        Client = new MillraceClient(Http);
    }

    private async Task StopAsync()
    {
        Http.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>The same with a clock that stands still until the test moves it.</summary>
public sealed class ClockedServerFixture : ServerFixture
{
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));

    public override TimeProvider Time => Clock;
}
