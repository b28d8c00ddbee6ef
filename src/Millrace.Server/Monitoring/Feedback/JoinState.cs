using Millrace.Core;
using Millrace.Engine.Evidence;
using Millrace.Monitoring.Drift;

namespace Millrace.Monitoring.Feedback;

/// <summary>One version at one endpoint.</summary>
internal readonly record struct ServedAt(EndpointName Endpoint, ModelName Model, VersionNumber Version);

/// <summary>
/// What the joiner knows without asking the database again. It is as true as the last transaction: after one that failed
/// it is forgotten, and read anew.
/// </summary>
internal sealed class JoinState
{
    public CursorRow? Cursor { get; set; }

    /// <summary>Whether any outcome waits for its prediction.</summary>
    public bool? AnyWaiting { get; set; }

    /// <summary>When old rows were last looked for, by the server's clock.</summary>
    public DateTimeOffset? CleanedAt { get; set; }

    public Dictionary<ServedAt, WatchedVersion> Watched { get; } = [];

    public Dictionary<(ServedAt Served, long Day), DayCounts> Days { get; } = [];

    public Dictionary<EndpointName, RunningBaseline> Baselines { get; } = [];

    public void Forget()
    {
        Cursor = null;
        AnyWaiting = null;
        Watched.Clear();
        Days.Clear();
        Baselines.Clear();
    }

    public static HarmOptions Options(FeedbackOptions options, MonitorSettings settings)
    {
        var defaults = new HarmOptions
        {
            RunLength = settings.RunLength ?? options.RunLength,
            Reference = options.Reference,
        };
        return settings.Tolerance is { } tolerance ? defaults with { Tolerance = tolerance } : defaults;
    }
}
