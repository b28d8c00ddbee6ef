using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Millrace.Api;

namespace Millrace.Ui.Tests.Recorded;

/// <summary>The screens themselves over recordings, at a moment that stands: for states that take weeks to come about.</summary>
internal sealed class RecordedSite : IAsyncDisposable
{
    private readonly WebApplication app;

    private RecordedSite(RecordedServer server, WebApplication app)
    {
        (Server, this.app) = (server, app);
        Address = new Uri(app.Urls.First());
    }

    public RecordedServer Server { get; }

    public Uri Address { get; }

    public static async Task<RecordedSite> StartAsync()
    {
        var server = Record(await RecordedServer.StartAsync());
        // The binary's own static files lie beside these tests, under its name.
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "millrace" }
        );
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.UseStaticWebAssets();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(RecordedMonitor.Now));
        builder.Services.AddMillraceUi().AddScoped(_ => server.Client);
        var screens = builder.Build();
        screens.MapMillraceUi();
        await screens.StartAsync();
        return new RecordedSite(server, screens);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static RecordedServer Record(RecordedServer server)
    {
        var loop = RecordedLoop.View();
        var endpoint = RecordedServing.Endpoint();
        var quiet = RecordedServing.Quiet();
        return server
            .On(
                "GET /api/server",
                new ServerView(
                    "0.2.0+0123456",
                    "/srv/millrace",
                    "sqlite",
                    RecordedMonitor.Now.AddDays(-63),
                    4711,
                    312_000_000
                )
            )
            .On<IReadOnlyList<LoopSummary>>(
                "GET /api/loops",
                [
                    new(
                        loop.Name,
                        loop.Description,
                        loop.Owner,
                        2,
                        loop.State,
                        "v6 gets 25 % of the requests",
                        loop.AppliedAt
                    ),
                    new(
                        new("campaign"),
                        "Who answers a call?",
                        "outbound",
                        1,
                        StageState.Running,
                        "Training 3: training",
                        loop.AppliedAt
                    ),
                ]
            )
            .On("GET /api/loops/movie-night", loop)
            .On(
                "GET /api/loops/campaign",
                loop with
                {
                    Name = new("campaign"),
                    Endpoint = new("campaign"),
                    Retrainings = [.. loop.Retrainings.Skip(1)],
                }
            )
            .On<IReadOnlyList<EndpointSummary>>("GET /api/endpoints", [Summary(endpoint), Summary(quiet)])
            .On("GET /api/endpoints/movie-night", endpoint)
            .On("GET /api/endpoints/movie-night/predictions", RecordedServing.Predictions())
            .On("GET /api/endpoints/movie-night/rollouts", RecordedServing.Rollouts())
            .On("GET /api/endpoints/movie-night/rollouts/4/looks", RecordedServing.LooksPage(4))
            .On("GET /api/endpoints/movie-night/rollouts/2/looks", RecordedServing.LooksPage(2))
            .On("GET /api/endpoints/movie-night/replicas", RecordedServing.Replicas())
            .On("GET /api/endpoints/quiet", quiet)
            .On<IReadOnlyList<LoggedPrediction>>("GET /api/endpoints/quiet/predictions", [])
            .On<IReadOnlyList<RolloutView>>("GET /api/endpoints/quiet/rollouts", [])
            .On("GET /api/endpoints/quiet/replicas", RecordedServing.InProcess())
            .On("GET /api/endpoints/harmed", RecordedServing.Harmed())
            .On("GET /api/endpoints/harmed/predictions", RecordedServing.Predictions())
            .On("GET /api/monitors", RecordedMonitor.Summaries())
            .On("GET /api/monitors/movie-night", RecordedMonitor.View())
            .On(
                "GET /api/monitors/harmed",
                RecordedMonitor.View(HarmPhase.Harm) with
                {
                    Endpoint = new("harmed"),
                    Loop = null,
                }
            )
            .On("GET /api/monitors/quiet", RecordedMonitor.Quiet())
            .On("GET /api/backtests", RecordedBacktest.Summaries())
            .On($"GET /api/backtests/{RecordedBacktest.Done}", RecordedBacktest.View(JobState.Succeeded))
            .On($"GET /api/backtests/{RecordedBacktest.Running}", RecordedBacktest.View(JobState.Running))
            .On($"GET /api/backtests/{RecordedBacktest.Failed}", RecordedBacktest.View(JobState.Failed))
            .On("GET /api/alerts", new Page<AlertView>(RecordedAudit.Alerts(), 6))
            .On("GET /api/audit?limit=6&offset=0", new Page<AuditEntry>([.. RecordedAudit.Entries().Take(6)], 17))
            .On("GET /api/datasets/movie-night/versions/7", Recordings.DatasetVersion())
            .On("GET /api/audit", new Page<AuditEntry>(RecordedAudit.Entries(), 17))
            .On<IReadOnlyList<DatasetSummary>>(
                "GET /api/datasets",
                [new(new("movie-night"), new(7), 141_695, 0, 4, 1_340_000, new string('f', 64), RecordedMonitor.Now)]
            )
            .On("GET /api/runs", new Page<RunSummary>([], 14))
            .On($"GET /api/runs/{Recordings.Run}", Run())
            .On<IReadOnlyList<ModelSummary>>("GET /api/models", []);
    }

    private static RunView Run() =>
        Recordings.RunView(RunState.Finished) with
        {
            Name = "item_knn on movie-night v7",
            Algorithm = "item_knn",
            PrimaryMetric = "hit_rate@10",
            Score = 0.1851,
            Baseline = new Dictionary<string, double>(StringComparer.Ordinal) { ["hit_rate@10"] = 0.0713 },
            Model = new ModelRef(new("movie-night"), new(6)),
        };

    private static EndpointSummary Summary(EndpointView e) =>
        new(e.Name, e.Model, e.Version, e.Task, e.DeployedAt, e.Statistics.Predictions, e.Statistics.Errors);
}
