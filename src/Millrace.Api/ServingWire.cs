using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Core;

namespace Millrace.Api;

/// <param name="Broken">Why nothing is answered there; null where all is well.</param>
public sealed record EndpointSummary(
    EndpointName Name,
    ModelName Model,
    VersionNumber Version,
    string Task,
    DateTimeOffset DeployedAt,
    long Predictions,
    long Errors,
    string? Broken = null
);

public sealed record EndpointView
{
    public required EndpointName Name { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    public required string Task { get; init; }

    public required DateTimeOffset DeployedAt { get; init; }

    /// <summary>Why nothing is answered here; null where all is well.</summary>
    public string? Broken { get; init; }

    /// <summary>Null where nothing can be rolled back to.</summary>
    public ModelRef? Previous { get; init; }

    public required IReadOnlyList<InputView> Inputs { get; init; }

    /// <summary>A request that works, taken from the training data's own shape.</summary>
    public required JsonElement Example { get; init; }

    public required EndpointStatistics Statistics { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<DeploymentView> History { get; init; }
}

/// <summary>Since the server started.</summary>
public sealed record EndpointStatistics(
    long Predictions,
    long Errors,
    double? LatencyP50Milliseconds,
    double? LatencyP99Milliseconds
);

public sealed record DeploymentView(
    ModelName Model,
    VersionNumber Version,
    DateTimeOffset At,
    string Actor,
    string Reason,
    string Action
);

/// <summary>Makes a blessed version serve at an endpoint, which is created where it does not exist.</summary>
public sealed record DeployRequest(ModelName Model, VersionNumber Version, string Reason = "");

public sealed record RollbackRequest(string Reason = "");

/// <summary>Ends an endpoint; its record stays.</summary>
public sealed record UndeployRequest(string Reason = "");

/// <summary>The answer to one prediction. A recommender fills <see cref="Items"/>; the rest fill <see cref="Score"/>.</summary>
public sealed record PredictionView
{
    [JsonPropertyName("prediction_id")]
    public required string PredictionId { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    public IReadOnlyList<ItemView>? Items { get; init; }

    /// <summary>Regress: the value. Classify with two classes: the probability of the positive one.</summary>
    public double? Score { get; init; }

    /// <summary>Classify: the most probable class.</summary>
    public string? Label { get; init; }

    /// <summary>Classify: the probability of each class.</summary>
    public IReadOnlyDictionary<string, double>? Probabilities { get; init; }
}

public sealed record ItemView(JsonElement Item, double Score);

/// <summary>One prediction as the log keeps it.</summary>
public sealed record LoggedPrediction(
    string Id,
    DateTimeOffset At,
    EndpointName Endpoint,
    ModelName Model,
    VersionNumber Version,
    JsonElement Inputs,
    JsonElement Output
);

/// <summary>What a compaction of the prediction log did.</summary>
/// <param name="Segments">How many segments of the log became Parquet.</param>
/// <param name="Predictions">How many predictions they held.</param>
/// <param name="Files">How many Parquet files they are now.</param>
public sealed record CompactionView(int Segments, long Predictions, int Files);
