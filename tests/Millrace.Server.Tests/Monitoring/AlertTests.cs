using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Api;
using Millrace.Core;
using Millrace.Monitoring.Alerts;
using Millrace.Storage;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Monitoring;

public sealed class AlertTests
{
    private const string Secret = "a secret of sixteen or more";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_alert_is_delivered_as_recorded_and_its_signature_proves_it()
    {
        await using var receiver = await Receiver.StartAsync(503, 429, 200);
        await using var server = new AlertingServer(receiver.Address);
        await ((IAsyncLifetime)server).InitializeAsync();

        await server.RaiseAsync("movies fell: <b>\"ä\"</b>", Ct);

        var alert = await server.SettledAsync(Ct);
        Assert.Equal("delivered", alert.Delivery);
        Assert.Equal(3, receiver.Got.Count);
        Assert.Single(receiver.Got.Select(g => (g.Id, g.Body)).Distinct());
        foreach (var got in receiver.Got)
        {
            var wanted = HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(Secret),
                Encoding.UTF8.GetBytes($"{got.Id}.{got.Timestamp}.{got.Body}")
            );
            Assert.Equal("v1," + Convert.ToBase64String(wanted), got.Signature);
            var sent = DateTimeOffset.FromUnixTimeSeconds(long.Parse(got.Timestamp, CultureInfo.InvariantCulture));
            Assert.InRange(sent, alert.At.AddMinutes(-1), alert.At.AddMinutes(5));
        }

        var body = System.Text.Json.JsonElement.Parse(receiver.Got.First().Body);
        Assert.Equal("alert", body.GetProperty("entity").GetString());
        Assert.Equal("created", body.GetProperty("action").GetString());
        Assert.Equal("movies fell: <b>\"ä\"</b>", body.GetProperty("data").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Three_tries_are_made_and_a_refused_one_is_not_repeated()
    {
        await using var receiver = await Receiver.StartAsync(500, 500, 500, 404);
        await using var server = new AlertingServer(receiver.Address);
        await ((IAsyncLifetime)server).InitializeAsync();

        await server.RaiseAsync("one", Ct);
        Assert.Equal("failed: the receiver answered 500", (await server.SettledAsync(Ct)).Delivery);
        Assert.Equal(3, receiver.Got.Count);
        await server.RaiseAsync("two", Ct);
        Assert.Equal("failed: the receiver answered 404", (await server.SettledAsync(Ct)).Delivery);
        Assert.Equal(4, receiver.Got.Count);
    }

    [Theory]
    [InlineData("http://example.org/hook", Secret, "https")]
    [InlineData("https://example.org/hook", "short", "16 characters")]
    public async Task A_webhook_that_would_leak_or_could_be_forged_is_refused_at_the_start(
        string webhook,
        string secret,
        string why
    )
    {
        var server = new AlertingServer(new Uri(webhook), secret);
        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            ((IAsyncLifetime)server).InitializeAsync().AsTask()
        );
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    private sealed class AlertingServer(Uri webhook, string secret = Secret) : ServerFixture
    {
        protected override IReadOnlyDictionary<string, string?> Settings =>
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Monitoring:Alerts:Webhook"] = webhook.ToString(),
                ["Monitoring:Alerts:Secret"] = secret,
                ["Monitoring:Alerts:Backoff"] = "00:00:00.005",
            };

        public Task<int> RaiseAsync(string message, CancellationToken ct) =>
            WithinAsync(async services =>
            {
                services.GetRequiredService<RaiseAlert>().Add(AlertSeverity.Critical, "harm", "movies", message);
                return await services.GetRequiredService<MillraceDb>().SaveChangesAsync(ct);
            });

        public async Task<AlertView> SettledAsync(CancellationToken ct) =>
            await WatchedServer.UntilAsync(
                async () => (await Client.AlertsAsync(1, 0, ct)).Items[0],
                a => a.Delivery is not "waiting",
                ct
            );
    }

    private sealed record Delivery(string Id, string Timestamp, string Signature, string Body);

    /// <summary>The other side: a real listener that answers as it is told, one status after the other.</summary>
    private sealed class Receiver(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentQueue<Delivery> Got { get; } = new();

        public Uri Address => new(app.Urls.First() + "/hook");

        public static async Task<Receiver> StartAsync(params int[] answers)
        {
            var builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var receiver = new Receiver(app);
            var left = new ConcurrentQueue<int>(answers);
            app.MapPost(
                "/hook",
                async (HttpRequest request) =>
                {
                    using var reader = new StreamReader(request.Body);
                    receiver.Got.Enqueue(
                        new(
                            request.Headers["X-Millrace-Delivery-Id"].ToString(),
                            request.Headers["X-Millrace-Timestamp"].ToString(),
                            request.Headers["X-Millrace-Signature"].ToString(),
                            await reader.ReadToEndAsync(request.HttpContext.RequestAborted)
                        )
                    );
                    return Results.StatusCode(left.TryDequeue(out var status) ? status : 200);
                }
            );
            await app.StartAsync(Ct);
            return receiver;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
