using Millrace.Api;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Monitors;

/// <summary>What the evidence says, in words that a tired person cannot misread.</summary>
public static class HarmWords
{
    public static string Title(HarmView harm) =>
        harm.Phase switch
        {
            HarmPhase.Harm => "The served version does harm",
            HarmPhase.Watching => "No sign of harm",
            _ => "Too early to tell",
        };

    public static string Sentence(MonitorView monitor, DateTimeOffset now)
    {
        var harm = monitor.Harm;
        var version = $"v{monitor.Version}";
        return harm.Phase switch
        {
            HarmPhase.Harm =>
                $"{(harm.Since is { } since ? $"For {Show.Age(now - since)} the" : "The")} evidence that {version} has become worse "
                    + $"than it was has been past its threshold. {Normal(monitor)}",
            HarmPhase.Watching =>
                $"{Show.Count(harm.Outcomes, "outcome")} of {version} are in, and they look like what is normal for it. {Normal(monitor)}",
            _ =>
                $"{Show.Count(harm.Outcomes, "outcome")} of {version} are in: too few to know what is normal for it. Nothing triggers until then.",
        };
    }

    /// <summary>The evidence beside what it has to pass.</summary>
    public static string Evidence(HarmView harm) => $"{Show.Power(harm.Evidence)} of {Show.Power(harm.Threshold)}";

    private static string Normal(MonitorView monitor) =>
        monitor.Harm.Reference is { } reference ? $"Normal is {monitor.Metric} {Show.Metric(reference)}." : "";
}
