using Millrace.Api;
using MudBlazor;

namespace Millrace.Ui.Parts;

/// <summary>How a thing stands, in words, an icon and a tone; never by colour alone.</summary>
/// <param name="Tone">ok, bad, run, wait or warn: the colours of the style sheet.</param>
public sealed record Standing(string Text, string Icon, string Tone)
{
    public static readonly Standing Blessed = new("Blessed", Icons.Material.Filled.CheckCircle, "ok");

    public static readonly Standing Broken = new("Broken", Icons.Material.Filled.Error, "bad");

    public static Standing Of(StageState state) =>
        state switch
        {
            StageState.Done => new("Done", Icons.Material.Filled.CheckCircle, "ok"),
            StageState.Running => new("Running", Icons.Material.Filled.Autorenew, "run"),
            StageState.Failed => new("Failed", Icons.Material.Filled.Error, "bad"),
            StageState.Absent => new("Off", Icons.Material.Filled.RemoveCircleOutline, "wait"),
            _ => new("Waiting", Icons.Material.Filled.Schedule, "wait"),
        };

    public static Standing Of(RunState state) =>
        state switch
        {
            RunState.Finished => new("Finished", Icons.Material.Filled.CheckCircle, "ok"),
            RunState.Running => new("Running", Icons.Material.Filled.Autorenew, "run"),
            RunState.Failed => new("Failed", Icons.Material.Filled.Error, "bad"),
            RunState.Killed => new("Cancelled", Icons.Material.Filled.Cancel, "warn"),
            _ => new("Queued", Icons.Material.Filled.Schedule, "wait"),
        };

    public static Standing Of(JobState state) =>
        state switch
        {
            JobState.Succeeded => new("Done", Icons.Material.Filled.CheckCircle, "ok"),
            JobState.Running => new("Running", Icons.Material.Filled.Autorenew, "run"),
            JobState.Failed => new("Failed", Icons.Material.Filled.Error, "bad"),
            JobState.Cancelled => new("Cancelled", Icons.Material.Filled.Cancel, "warn"),
            _ => new("Queued", Icons.Material.Filled.Schedule, "wait"),
        };

    public static Standing Of(Blessing blessing) =>
        blessing switch
        {
            Blessing.Passed => Blessed,
            Blessing.Failed => new("Gates failed", Icons.Material.Filled.Error, "bad"),
            _ => new("Waiting for gates", Icons.Material.Filled.Schedule, "wait"),
        };

    public static Standing OfGate(bool? passed) =>
        passed switch
        {
            true => new("Passed", Icons.Material.Filled.CheckCircle, "ok"),
            false => new("Failed", Icons.Material.Filled.Error, "bad"),
            null => new("Not evaluated", Icons.Material.Filled.Schedule, "wait"),
        };

    public static Standing Of(HarmPhase phase) =>
        phase switch
        {
            HarmPhase.Harm => new("Harm", Icons.Material.Filled.Error, "bad"),
            HarmPhase.Watching => new("No harm", Icons.Material.Filled.CheckCircle, "ok"),
            _ => new("Learning what is normal", Icons.Material.Filled.HourglassTop, "wait"),
        };

    public static Standing Of(TriggerKind trigger) =>
        trigger switch
        {
            TriggerKind.Harm => new("Harm detected", Icons.Material.Outlined.HeartBroken, "bad"),
            TriggerKind.Schedule => new("On schedule", Icons.Material.Outlined.Event, "run"),
            TriggerKind.Person => new("A person asked", Icons.Material.Outlined.Person, "run"),
            _ => new("Loop applied", Icons.Material.Outlined.Upload, "wait"),
        };

    public static Standing Of(RetrainingState state) =>
        state switch
        {
            RetrainingState.Promoted => new("Promoted", Icons.Material.Filled.CheckCircle, "ok"),
            RetrainingState.Kept => new("Champion kept", Icons.Material.Filled.RemoveCircleOutline, "wait"),
            RetrainingState.Failed => new("Failed", Icons.Material.Filled.Error, "bad"),
            _ => new("Running", Icons.Material.Filled.Autorenew, "run"),
        };

    public static Standing Of(RolloutState state) =>
        state switch
        {
            RolloutState.Promoted => new("Promoted", Icons.Material.Filled.CheckCircle, "ok"),
            RolloutState.RolledBack => new("Rolled back", Icons.Material.Filled.SettingsBackupRestore, "warn"),
            RolloutState.Aborted => new("Aborted", Icons.Material.Filled.Cancel, "warn"),
            _ => new("Running", Icons.Material.Filled.Autorenew, "run"),
        };

    public static Standing Of(ReplicaState state) =>
        state switch
        {
            ReplicaState.Ready => new("Ready", Icons.Material.Filled.CheckCircle, "ok"),
            ReplicaState.Stopping => new("Stopping", Icons.Material.Filled.Schedule, "wait"),
            _ => new("Starting", Icons.Material.Filled.Autorenew, "run"),
        };

    public static Standing Of(ShiftLevel level) =>
        level switch
        {
            ShiftLevel.Large => new("Large shift", Icons.Material.Filled.Warning, "warn"),
            ShiftLevel.Some => new("Some shift", Icons.Material.Filled.Info, "run"),
            _ => new("No shift", Icons.Material.Filled.CheckCircle, "ok"),
        };

    public static Standing Of(AlertSeverity severity) =>
        severity switch
        {
            AlertSeverity.Critical => new("Critical", Icons.Material.Filled.Error, "bad"),
            AlertSeverity.Warning => new("Warning", Icons.Material.Filled.Warning, "warn"),
            _ => new("Info", Icons.Material.Filled.Info, "run"),
        };
}
