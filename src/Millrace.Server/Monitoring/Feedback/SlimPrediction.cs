using System.Text;
using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Predictions;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <summary>A prediction as the joiner needs it.</summary>
internal sealed record SlimPrediction(string Id, ServedAt Served, long At, string Inputs, string Output)
{
    private const string Table =
        """monitoring_predictions ("Id", "Endpoint", "At", "Model", "Version", "Key", "Inputs", "Output")""";

    /// <summary>The value of the key's input as text; set when the inputs are read.</summary>
    public string? Key { get; set; }

    /// <inheritdoc cref="SlimRow.IsTold"/>
    public bool IsTold { get; set; }

    public static SlimPrediction Of(in PredictionRecord record, EndpointName endpoint) =>
        new(
            record.Id.ToString(),
            new(endpoint, new(Encoding.ASCII.GetString(record.Model)), new(record.Version)),
            record.At,
            Encoding.UTF8.GetString(record.Inputs),
            Encoding.UTF8.GetString(record.Output)
        );

    /// <summary>A prediction that is there already stays as it is.</summary>
    public static Task InsertAsync(MillraceDb db, IReadOnlyList<SlimPrediction> predictions, CancellationToken ct) =>
        db.InsertAsync(
            Table,
            [
                .. predictions.Select(p =>
                    (object?[])
                        [
                            p.Id,
                            p.Served.Endpoint.Value,
                            p.At,
                            p.Served.Model.Value,
                            p.Served.Version.Value,
                            p.Key,
                            p.Inputs,
                            p.Output,
                        ]
                ),
            ],
            """on conflict ("Id") do nothing""",
            ct
        );

    /// <summary>Null where there is none, and where it is longer than an outcome may name: an index has no room for it.</summary>
    public static string? KeyOf(JsonElement inputs, MonitorSettings settings, VersionFacts? facts) =>
        (settings.Key ?? facts?.Card.User) is { } column
        && inputs.TryGetProperty(column, out var value)
        && ScalarText.Of(value) is { Length: <= CheckOutcome.LongestKey } key
            ? key
            : null;
}
