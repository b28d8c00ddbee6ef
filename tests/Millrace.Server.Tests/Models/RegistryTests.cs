using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Server.Tests.Experiments;
using Xunit;

namespace Millrace.Server.Tests.Models;

public sealed class RegistryTests(TrainingServer server) : IClassFixture<TrainingServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_becomes_a_version_that_knows_what_it_was_made_from()
    {
        var run = await server.TrainAsync(server.Visits("to be kept"), Ct);

        var version = await server.Client.RegisterAsync(new("kept"), new(run.Id, "The first one."), Ct);

        Assert.Equal(1, version.Number.Value);
        Assert.Equal("The first one.", version.Description);
        Assert.Equal(run.ModelHash, version.Hash);
        Assert.Equal(run.Metrics, version.Metrics);
        Assert.Equal("classify", version.Task);
        Assert.Equal(
            ["age double", "clicks int64", "region string"],
            version.Inputs.Select(i => $"{i.Name} {i.Type}").Order(StringComparer.Ordinal),
            StringComparer.Ordinal
        );
        Assert.Equal(
            new(
                run.Dataset,
                run.DatasetVersion,
                run.DatasetHash,
                run.RecipeHash!,
                run.Id,
                run.Experiment,
                run.Loop,
                run.CodeVersion,
                run.Seed,
                version.Lineage.Endpoints
            ),
            version.Lineage
        );
        Assert.Empty(version.Lineage.Endpoints);
        Assert.All(version.Files, f => Assert.True(File.Exists(Path.Combine(Folder(version), f.Name))));
        Assert.Equal(new(new("kept"), version.Number), (await server.Client.RunAsync(run.Id, Ct)).Model);
        var audit = await server.Client.AuditAsync("model", "kept", 10, 0, Ct);
        Assert.Contains(audit.Items, e => e is { Action: "registered", Subject: "kept v1", Actor: "tester" });
    }

    [Fact]
    public async Task Registering_the_same_run_twice_gives_the_same_version()
    {
        var run = await server.TrainAsync(server.Visits("one of two"), Ct);

        var versions = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => server.Client.RegisterAsync(new("twice"), new(run.Id), Ct))
        );

        Assert.All(versions, v => Assert.Equal(1, v.Number.Value));
        Assert.Single((await server.Client.ModelAsync(new("twice"), Ct)).Versions);
        Assert.Single(
            (await server.Client.AuditAsync("model", "twice", 10, 0, Ct)).Items,
            e => e.Action is "registered"
        );
    }

    [Fact]
    public async Task What_a_killed_registration_left_behind_is_replaced()
    {
        var run = await server.TrainAsync(server.Visits("one of two"), Ct);
        var left = server.FolderOf(new("after-a-kill"), new(1));
        Directory.CreateDirectory(left);
        await File.WriteAllTextAsync(Path.Combine(left, "model.json"), "half of anoth", Ct);

        var version = await server.Client.RegisterAsync(new("after-a-kill"), new(run.Id), Ct);

        Assert.Equal(
            version.Files.Select(f => f.Name).Order(StringComparer.Ordinal),
            Directory.GetFiles(left).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_package_that_is_not_what_training_wrote_is_refused()
    {
        var run = await server.TrainAsync(server.Visits("damaged"), Ct);
        await File.AppendAllTextAsync(Path.Combine(server.PackageOf(run.Id), "model.txt"), " ", Ct);

        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.RegisterAsync(new("damaged"), new(run.Id), Ct)
        );

        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        Assert.Contains("model.txt", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await server.Client.ModelsAsync(Ct), m => m.Name.Value is "damaged");
    }

    [Fact]
    public async Task Only_a_finished_run_can_be_registered()
    {
        var request = server.Visits("failed before");
        request = request with { Model = request.Model with { Target = "nothing" } };
        var run = await server.EndOfRunAsync(await server.StartRunAsync(request, Ct), Ct);

        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.RegisterAsync(new("too-early"), new(run.Id), Ct)
        );

        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        Assert.Contains("failed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alias_points_at_one_version_until_it_is_moved_or_taken_away()
    {
        var model = await TwoVersionsAsync("aliased");

        await server.Client.SetAliasAsync(model, "challenger", new(new(1), "the first"), Ct);
        await server.Client.SetAliasAsync(model, "challenger", new(new(1)), Ct);
        var moved = await server.Client.SetAliasAsync(model, "challenger", new(new(2), "better"), Ct);

        Assert.Equal(2, moved.Aliases["challenger"].Value);
        Assert.Equal(["challenger"], moved.Versions.Single(v => v.Number.Value == 2).Aliases);
        Assert.Empty(moved.Versions.Single(v => v.Number.Value == 1).Aliases);
        Assert.Empty((await server.Client.DeleteAliasAsync(model, "challenger", Ct)).Aliases);
        Assert.Empty((await server.Client.DeleteAliasAsync(model, "challenger", Ct)).Aliases);
        var audit = await server.Client.AuditAsync("model", "aliased", 20, 0, Ct);
        Assert.Equal(
            ["aliased v2: unaliased ", "aliased v2: aliased better", "aliased v1: aliased the first"],
            audit
                .Items.Where(e => e.Details.GetValueOrDefault("alias") is "challenger")
                .Select(e => $"{e.Subject}: {e.Action} {e.Reason}"),
            StringComparer.Ordinal
        );
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("v3")]
    [InlineData("3")]
    [InlineData("v0")]
    [InlineData("Best One")]
    public async Task What_could_be_taken_for_a_version_cannot_be_an_alias(string alias)
    {
        var model = await TwoVersionsAsync(
            string.Create(CultureInfo.InvariantCulture, $"reserved-{alias.Length}-{alias[0]}").ToLowerInvariant()
        );

        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.SetAliasAsync(model, alias, new(new(1)), Ct)
        );

        Assert.Equal(RefusalKind.Invalid, refusal.Kind);
        Assert.Contains(alias, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alias_cannot_point_at_what_is_not_there()
    {
        var model = await TwoVersionsAsync("pointed");

        var version = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.SetAliasAsync(model, "challenger", new(new(9)), Ct)
        );
        var nothing = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.SetAliasAsync(new("nowhere"), "challenger", new(new(1)), Ct)
        );

        Assert.Equal("Model pointed has no version 9.", version.Message);
        Assert.Equal("There is no model nowhere.", nothing.Message);
    }

    [Fact]
    public async Task Descriptions_and_tags_are_changed_one_by_one()
    {
        var model = await TwoVersionsAsync("described");

        await server.Client.PatchModelAsync(model, new("Who buys?", Tags(("team", "shop"), ("draft", "yes"))), Ct);
        var changed = await server.Client.PatchModelAsync(model, new(Tags: Tags(("draft", null), ("team", "web"))), Ct);
        var version = await server.Client.PatchModelVersionAsync(
            model,
            new(2),
            new("More rows.", Tags(("reviewed", ""))),
            Ct
        );

        Assert.Equal("Who buys?", changed.Description);
        Assert.Equal([KeyValuePair.Create("team", "web")], changed.Tags);
        Assert.Equal("More rows.", version.Description);
        Assert.Equal([KeyValuePair.Create("reviewed", "")], version.Tags);
        Assert.Empty((await server.Client.ModelVersionAsync(model, new(1), Ct)).Tags);
        Assert.Equal("Who buys?", (await server.Client.ModelsAsync(Ct)).Single(m => m.Name == model).Description);
        var audit = await server.Client.AuditAsync("model", "described", 20, 0, Ct);
        Assert.Contains(audit.Items, e => e is { Action: "untagged", Actor: "tester" });
    }

    private static Dictionary<string, string?> Tags(params (string Key, string? Value)[] tags) =>
        tags.ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal);

    private string Folder(ModelVersionView version) => server.FolderOf(version.Model, version.Number);

    /// <summary>Two runs of the fixture, under a name of the test's own.</summary>
    private async Task<ModelName> TwoVersionsAsync(string name)
    {
        var model = new ModelName(name);
        foreach (var key in new[] { "one of two", "two of two" })
        {
            var run = await server.TrainAsync(server.Visits(key), Ct);
            await server.Client.RegisterAsync(model, new(run.Id), Ct);
        }

        return model;
    }
}
