using System.Globalization;
using Millrace.Api;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Audit;

/// <summary>An entry of the audit log as a clause before its subject: "rolled v6 out to 5 % at".</summary>
public static class StorySentence
{
    public static string Of(AuditEntry entry)
    {
        var turn = entry.Details.TryGetValue("retraining", out var number) ? $"training {number}" : "a training";
        var challenger = Version(entry, "challenger") ?? "the challenger";
        var share =
            entry.Details.TryGetValue("share", out var text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var part)
                ? Show.Percent(part)
                : "a part";
        return (entry.SubjectKind, entry.Action) switch
        {
            ("loop", "triggered") => $"started {turn} of",
            ("loop", "kept") => $"ended {turn} and kept the champion of",
            ("loop", "completed") => $"completed {turn} of",
            ("loop", "stopped") => $"gave up {turn} of",
            ("endpoint", "rollout started") => $"sent {share} of the requests to {challenger} at",
            ("endpoint", "rollout advanced") => $"sent {share} of the requests to {challenger} at",
            ("endpoint", "rollout promoted") => $"promoted {challenger} at",
            ("endpoint", "rollout rolled back") => $"rolled {challenger} back at",
            ("endpoint", "rollout aborted") => $"aborted the rollout of {challenger} at",
            ("model", "aliased") when entry.Details.TryGetValue("alias", out var alias) =>
                $"gave the alias {alias} to model",
            ("model", "unaliased") when entry.Details.TryGetValue("alias", out var alias) =>
                $"took the alias {alias} from model",
            ("model", "not blessed") => "did not bless model",
            ("job", _) => $"{entry.Action} of",
            ("endpoint", "deployed") when Version(entry, "model") is { } model => $"deployed {model} at",
            _ => $"{entry.Action} {entry.SubjectKind}",
        };
    }

    /// <summary>Without the model's name where the endpoint has the same.</summary>
    private static string? Version(AuditEntry entry, string key) =>
        entry.Details.TryGetValue(key, out var name)
            ? name.StartsWith(entry.Subject + " ", StringComparison.Ordinal)
                ? name[(entry.Subject.Length + 1)..]
                : name
            : null;
}
