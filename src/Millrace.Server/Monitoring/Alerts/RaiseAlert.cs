using System.Text.Json;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Monitoring.Alerts;

/// <summary>
/// Says something to people within the caller's own unit of work: the alert is there exactly when its cause is. The caller
/// saves.
/// </summary>
internal sealed class RaiseAlert(MillraceDb db, AlertSignal signal, IOptions<AlertOptions> options, TimeProvider time)
{
    /// <param name="severity">Critical: somebody must act. Warning: Millrace coped. Info: good to know.</param>
    /// <param name="kind">harm, shift, retraining-failed, rolled-back, promoted, replica-died.</param>
    /// <param name="subject">The endpoint or loop that it is about.</param>
    /// <param name="message">A sentence.</param>
    public void Add(AlertSeverity severity, string kind, string subject, string message)
    {
        var (id, at) = (Id.New(time), time.GetUtcNow());
        db.Add(
            new AlertRow
            {
                Id = id,
                At = at,
                Severity = severity,
                Kind = kind,
                Subject = subject,
                Message = message,
                Body = Body(id, at, severity, kind, subject, message),
                Delivery = options.Value.Webhook.Length > 0 ? AlertDelivery.Waiting : AlertDelivery.None,
            }
        );
        signal.Raise();
    }

    /// <summary>The shape of MLflow's webhooks: what it is about, what happened, when, and the rest.</summary>
    private static string Body(
        string id,
        DateTimeOffset at,
        AlertSeverity severity,
        string kind,
        string subject,
        string message
    ) =>
        JsonSerializer.Serialize(
            new
            {
                entity = "alert",
                action = "created",
                timestamp = at,
                data = new
                {
                    id,
                    severity,
                    kind,
                    subject,
                    message,
                },
            },
            Json.Options
        );
}
