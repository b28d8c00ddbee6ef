using Microsoft.EntityFrameworkCore;
using Millrace.Api;
using Millrace.Core;
using Millrace.Governance.Audit;
using Millrace.Storage;

namespace Millrace.Models.Registry;

/// <summary>Changes what people say of a model or a version: description and tags.</summary>
internal sealed class DescribeModel(MillraceDb db, AuditTrail audit)
{
    private const int MaxKey = 250;
    private const int MaxText = 100_000;

    public async Task ModelAsync(ModelName model, ModelPatch patch, CancellationToken ct)
    {
        Check(patch);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var found = await db.Set<ModelRow>()
            .Where(m => m.Name == model)
            .ExecuteUpdateAsync(
                set => set.SetProperty(m => m.Description, m => patch.Description ?? m.Description),
                ct
            );
        if (found == 0)
        {
            throw Refusal.NotFound($"There is no model {model}.");
        }

        await TagAsync(model, TagRow.OfModel, $"{model}", patch, ct);
        await transaction.CommitAsync(ct);
    }

    public async Task VersionAsync(ModelName model, VersionNumber number, ModelPatch patch, CancellationToken ct)
    {
        Check(patch);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var found = await db.Set<VersionRow>()
            .Where(v => v.Model == model && v.Number == number)
            .ExecuteUpdateAsync(
                set => set.SetProperty(v => v.Description, v => patch.Description ?? v.Description),
                ct
            );
        if (found == 0)
        {
            throw Refusal.NotFound($"Model {model} has no version {number}.");
        }

        await TagAsync(model, number, $"{model} v{number}", patch, ct);
        await transaction.CommitAsync(ct);
    }

    private async Task TagAsync(
        ModelName model,
        VersionNumber number,
        string subject,
        ModelPatch patch,
        CancellationToken ct
    )
    {
        foreach (var (key, value) in patch.Tags ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            if (value is null)
            {
                await db.Set<TagRow>()
                    .Where(t => t.Model == model && t.Version == number && t.Key == key)
                    .ExecuteDeleteAsync(ct);
            }
            else
            {
                await db.Database.ExecuteSqlAsync(
                    $"""
                    insert into models_tags ("Model", "Version", "Key", "Value")
                    values ({model.Value}, {number.Value}, {key}, {value})
                    on conflict ("Model", "Version", "Key") do update set "Value" = excluded."Value"
                    """,
                    ct
                );
            }

            audit.Add(
                value is null ? "untagged" : "tagged",
                AuditKinds.Model,
                subject,
                "",
                ("tag", key),
                ("value", value ?? "")
            );
        }

        if (patch.Description is { } description)
        {
            audit.Add("described", AuditKinds.Model, subject, "", ("description", description));
        }

        await db.SaveChangesAsync(ct);
    }

    private static void Check(ModelPatch patch)
    {
        if (patch.Description?.Length > MaxText)
        {
            throw Refusal.Invalid($"A description has at most {MaxText:N0} characters.");
        }

        foreach (var (key, value) in patch.Tags ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            if (key.Length is 0 or > MaxKey || string.IsNullOrWhiteSpace(key))
            {
                throw Refusal.Invalid($"A tag's name has 1 to {MaxKey} characters.");
            }

            if (value?.Length > MaxText)
            {
                throw Refusal.Invalid($"The value of tag '{key}' is too long: at most {MaxText:N0} characters.");
            }
        }
    }
}
