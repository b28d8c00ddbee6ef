using System.ComponentModel.DataAnnotations;

namespace Millrace.Monitoring.Alerts;

/// <summary>Where alerts go beside the screen. Section <c>Monitoring:Alerts</c>.</summary>
internal sealed class AlertOptions : IValidatableObject
{
    /// <summary>An address that takes alerts as JSON; empty: none.</summary>
    public string Webhook { get; init; } = "";

    /// <summary>What deliveries are signed with; the receiver knows it too.</summary>
    public string Secret { get; init; } = "";

    /// <summary>How long the first wait between two tries is; each further one is twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the receiver may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Webhook.Length == 0)
        {
            yield break;
        }

        if (
            !Uri.TryCreate(Webhook, UriKind.Absolute, out var address)
            || !(address.Scheme is "https" || (address.Scheme is "http" && address.IsLoopback))
        )
        {
            yield return new(
                "Monitoring:Alerts:Webhook must be an https address; http is allowed to this machine only."
            );
        }

        if (Secret.Length < 16)
        {
            yield return new(
                "Monitoring:Alerts:Secret must have at least 16 characters: without it nobody can tell that an alert is ours."
            );
        }
    }
}
