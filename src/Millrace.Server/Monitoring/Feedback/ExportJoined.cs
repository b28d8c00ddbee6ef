using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Millrace.Core;
using Millrace.Engine.Tables;
using Millrace.Storage;

namespace Millrace.Monitoring.Feedback;

/// <param name="Rows">How many were written.</param>
/// <param name="Last">The sequence to go on from.</param>
internal readonly record struct ExportedRows(long Rows, long Last);

/// <summary>
/// Writes joined predictions as rows to learn from: the inputs, what really happened, and when. They enter a dataset as any
/// file does, under the loop's contract.
/// </summary>
internal sealed class ExportJoined(MillraceDb db, FindFacts facts)
{
    private const int AtOnce = 2000;

    /// <param name="endpoint">Whose.</param>
    /// <param name="after">The last sequence that was exported before; 0 to begin.</param>
    /// <param name="path">A file of JSON lines, written anew. It is not made where there is no row.</param>
    /// <param name="columns">
    /// Those of the dataset, which every row has: null where neither the inputs nor the outcome tell it, as of one that the model
    /// does not look at. Null: whatever inputs and outcomes have.
    /// </param>
    /// <param name="ct">Stops it.</param>
    public async Task<ExportedRows> RunAsync(
        EndpointName endpoint,
        long after,
        string path,
        IReadOnlyList<string>? columns,
        CancellationToken ct
    )
    {
        var settings =
            await db.Set<MonitorRow>()
                .AsNoTracking()
                .Where(m => m.Endpoint == endpoint)
                .Select(m => m.Settings)
                .SingleOrDefaultAsync(ct)
            ?? throw Refusal.NotFound($"Endpoint {endpoint} is not watched: nothing is joined there.");
        var (rows, last) = (0L, after);
        FileStream? file = null;
        try
        {
            while (await NextAsync(endpoint, last, ct) is { Count: > 0 } joined)
            {
                file ??= Create(path);
                await using var buffer = new MemoryStream();
                foreach (var row in joined)
                {
                    await WriteAsync(buffer, row, settings, columns, ct);
                }

                buffer.Position = 0;
                await buffer.CopyToAsync(file, ct);
                rows += joined.Count;
                last = joined[^1].Sequence;
            }
        }
        finally
        {
            if (file is not null)
            {
                file.Flush(flushToDisk: true);
                await file.DisposeAsync();
            }
        }

        return new(rows, last);
    }

    private static FileStream Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return File.Create(path);
    }

    private Task<List<JoinRow>> NextAsync(EndpointName endpoint, long after, CancellationToken ct) =>
        db.Set<JoinRow>()
            .AsNoTracking()
            .Where(j => j.Endpoint == endpoint && j.Sequence > after)
            .OrderBy(j => j.Sequence)
            .Take(AtOnce)
            .ToListAsync(ct);

    private async Task WriteAsync(
        MemoryStream to,
        JoinRow row,
        MonitorSettings settings,
        IReadOnlyList<string>? columns,
        CancellationToken ct
    )
    {
        var card = (await facts.RunAsync(row.Model, row.Version, ct))?.Card;
        using var inputs = JsonDocument.Parse(row.Inputs);
        using var outcome = JsonDocument.Parse(row.Outcome);
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var input in inputs.RootElement.EnumerateObject())
        {
            values[input.Name] = Rewritten(input.Value, input.Name, card, settings);
        }

        if (outcome.RootElement.ValueKind == JsonValueKind.Object)
        {
            foreach (var column in outcome.RootElement.EnumerateObject())
            {
                values[column.Name] = column.Value;
            }
        }
        else if ((settings.Outcome ?? card?.Target ?? card?.Item) is { } name)
        {
            values[name] = outcome.RootElement;
        }

        if (settings.EventTime is { } time)
        {
            values[time] = ContractTime.Write(row.At, ContractTime.RuleOf(settings.Contract, time));
        }

        await using (var json = new Utf8JsonWriter(to, new() { Encoder = Json.Options.Encoder }))
        {
            json.WriteStartObject();
            foreach (var name in columns ?? [.. values.Keys])
            {
                json.WritePropertyName(name);
                if (values.TryGetValue(name, out var value))
                {
                    value.WriteTo(json);
                }
                else
                {
                    json.WriteNullValue();
                }
            }

            json.WriteEndObject();
        }

        to.WriteByte((byte)'\n');
    }

    /// <summary>Moments are logged in ISO 8601; the contract may read them otherwise.</summary>
    private static JsonElement Rewritten(
        JsonElement value,
        string name,
        Engine.Scoring.ModelCard? card,
        MonitorSettings settings
    ) =>
        value.ValueKind == JsonValueKind.String
        && card?.Inputs.FirstOrDefault(i => string.Equals(i.Name, name, StringComparison.Ordinal))?.Type
            is ColumnType.Date
                or ColumnType.Timestamp
        && ContractTime.RuleOf(settings.Contract, name) is { Format: not null } rule
        && DateTimeOffset.TryParse(
            value.GetString(),
            System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal,
            out var moment
        )
            ? ContractTime.Write(moment, rule)
            : value;
}
