using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Storage;

namespace Millrace.Monitoring.Alerts;

/// <summary>
/// Sends alerts to the webhook, each as it was recorded, signed, and up to three times. What a stop interrupts is sent by
/// the next start: the receiver may get one twice, and knows it by its id.
/// </summary>
internal sealed partial class DeliverAlerts(
    IServiceScopeFactory scopes,
    AlertSignal signal,
    IOptions<AlertOptions> options,
    TimeProvider time,
    ILogger<DeliverAlerts> logger
) : BackgroundService
{
    private const int MostTries = 3;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>Over id, time and body, so that none of them can be changed, nor an old one sent again as new.</summary>
    public static string Sign(string secret, string id, string timestamp, string body) =>
        "v1,"
        + Convert.ToBase64String(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"))
        );

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Webhook.Length == 0)
        {
            return;
        }

        // A redirect would carry the alert to where nobody said it may go.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = options.Value.Timeout };
        try
        {
            while (true)
            {
                await DeliverAsync(http, stoppingToken);
                await signal.WaitAsync(Look, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what waits is sent by the next start.
        }
    }

    private async Task DeliverAsync(HttpClient http, CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<MillraceDb>();
            var waiting = await db.Set<AlertRow>()
                .Where(a => a.Delivery == AlertDelivery.Waiting)
                .OrderBy(a => a.Number)
                .Take(100)
                .ToListAsync(ct);
            foreach (var alert in waiting)
            {
                await DeliverAsync(http, db, alert, ct);
            }
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogFailed(ex);
        }
    }

    private async Task DeliverAsync(HttpClient http, MillraceDb db, AlertRow alert, CancellationToken ct)
    {
        while (alert.Delivery == AlertDelivery.Waiting)
        {
            var (ok, isFinal, trouble) = await TryAsync(http, alert, ct);
            alert.Tries++;
            alert.Trouble = trouble;
            alert.Delivery =
                ok ? AlertDelivery.Delivered
                : isFinal || alert.Tries >= MostTries ? AlertDelivery.Failed
                : AlertDelivery.Waiting;
            await db.SaveChangesAsync(ct);
            if (alert.Delivery == AlertDelivery.Failed)
            {
                LogUndelivered(alert.Number, new Uri(options.Value.Webhook).Host, trouble);
            }
            else if (alert.Delivery == AlertDelivery.Waiting)
            {
                var wait = options.Value.Backoff * Math.Pow(2, alert.Tries - 1);
                await Task.Delay(wait < LongestWait ? wait : LongestWait, TimeProvider.System, ct);
            }
        }
    }

    private async Task<(bool Ok, bool IsFinal, string Trouble)> TryAsync(
        HttpClient http,
        AlertRow alert,
        CancellationToken ct
    )
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Value.Webhook);
        request.Content = new StringContent(alert.Body, Encoding.UTF8, "application/json");
        request.Headers.Add("X-Millrace-Delivery-Id", alert.Id);
        request.Headers.Add("X-Millrace-Timestamp", timestamp);
        request.Headers.Add("X-Millrace-Signature", Sign(options.Value.Secret, alert.Id, timestamp, alert.Body));
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            var status = (int)response.StatusCode;
            return (
                response.IsSuccessStatusCode,
                response.StatusCode != HttpStatusCode.TooManyRequests && status < 500,
                response.IsSuccessStatusCode ? "" : $"the receiver answered {status}"
            );
        }
        catch (HttpRequestException ex)
        {
            return (false, false, ex.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (false, false, "the receiver took too long");
        }
    }

    /// <param name="receiver">Its host: the rest of an address is often the secret.</param>
    [LoggerMessage(LogLevel.Error, "Alert {Number} could not be delivered to {Receiver}: {Trouble}")]
    private partial void LogUndelivered(long number, string receiver, string trouble);

    [LoggerMessage(LogLevel.Error, "Alerts could not be looked for; the next look tries again")]
    private partial void LogFailed(Exception exception);
}
