using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Tables;
using Millrace.Models.Registry;
using ShowDataset = Millrace.Data.Catalog.ShowVersion;
using ShowModel = Millrace.Models.Registry.ShowVersion;

namespace Millrace.Serving.Routing;

/// <summary>A request that works: for each input the most frequent value of the data that the version was trained on.</summary>
internal sealed class ExampleRequest(ShowModel models, ShowDataset datasets)
{
    public async Task<JsonElement> RunAsync(PackagedVersion version, CancellationToken ct)
    {
        var profile = await ProfileAsync(version, ct);
        var example = new JsonObject();
        foreach (var input in version.Card.Inputs)
        {
            var column = profile.FirstOrDefault(c => string.Equals(c.Name, input.Name, StringComparison.Ordinal));
            example[input.Name] = ValueOf(input.Type, column);
        }

        return JsonSerializer.SerializeToElement(example, Json.Options);
    }

    private async Task<IReadOnlyList<ColumnView>> ProfileAsync(PackagedVersion version, CancellationToken ct)
    {
        try
        {
            var lineage = (await models.RunAsync(version.Model, version.Number, ct)).Lineage;
            return (await datasets.RunAsync(lineage.Dataset, lineage.DatasetVersion, ct)).Columns;
        }
        catch (RefusalException)
        {
            // The dataset is gone: an example by type still works.
            return [];
        }
    }

    private static JsonValue ValueOf(ColumnType type, ColumnView? column)
    {
        var text = column?.Top.FirstOrDefault(t => t.Value is not null)?.Value ?? column?.Min;
        var culture = CultureInfo.InvariantCulture;
        return type switch
        {
            ColumnType.Bool => JsonValue.Create(bool.TryParse(text, out var b) && b),
            ColumnType.Int32 or ColumnType.Int64 => JsonValue.Create(
                long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var n) ? n : 1
            ),
            ColumnType.Double => JsonValue.Create(
                double.TryParse(text, NumberStyles.Float, culture, out var x) && double.IsFinite(x) ? x : 0.5
            ),
            ColumnType.Date => JsonValue.Create(Moment(text).ToString("yyyy-MM-dd", culture)),
            ColumnType.Timestamp => JsonValue.Create(Moment(text).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", culture)),
            _ => JsonValue.Create(text ?? "text"),
        };
    }

    private static DateTime Moment(string? text) =>
        DateTime.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at
        )
            ? at
            : DateTime.UnixEpoch;
}
