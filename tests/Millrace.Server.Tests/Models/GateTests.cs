using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Server.Tests.Experiments;
using Xunit;

namespace Millrace.Server.Tests.Models;

public sealed class GateTests(TrainingServer server) : IClassFixture<TrainingServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_that_passes_its_gates_is_blessed_and_may_be_champion()
    {
        GateDeclaration[] gates =
        [
            Gate("auc >= 0.7", GateReference.Constant, 0.7),
            Gate("auc >= baseline + 0.05", GateReference.Baseline, 0.05),
            Gate("auc >= champion", GateReference.Champion, 0),
        ];
        var run = await server.TrainAsync(server.Visits("good enough", 1, gates), Ct);

        var registered = await server.Client.RegisterAsync(new("good"), new(run.Id), Ct);
        var version = await server.EndOfGatesAsync(registered.Model, registered.Number, Ct);

        Assert.Equal(Blessing.Passed, version.Blessing);
        Assert.Equal("it passed all 3 gates.", version.Note);
        Assert.Equal(gates.Select(g => g.Text), version.Gates.Select(g => g.Text), StringComparer.Ordinal);
        Assert.All(version.Gates, g => Assert.True(g.Passed));
        Assert.Equal(run.Score!.Value, version.Gates[0].Value!.Value, 12);
        Assert.Contains("no other champion", version.Gates[2].Explanation, StringComparison.Ordinal);
        var model = await server.Client.SetAliasAsync(version.Model, "champion", new(version.Number), Ct);
        Assert.Equal(version.Number, model.Aliases["champion"]);
        var audit = await server.Client.AuditAsync("model", "good", 10, 0, Ct);
        Assert.Contains(audit.Items, e => e is { Action: "blessed", Subject: "good v1", Actor: "tester" });
    }

    [Fact]
    public async Task A_version_is_measured_against_the_champion_on_the_same_rows()
    {
        var model = new ModelName("contested");
        var champion = await server.TrainAsync(server.HeldBack("held back"), Ct);
        await server.Client.RegisterAsync(model, new(champion.Id), Ct);
        await server.Client.SetAliasAsync(model, "champion", new(new(1)), Ct);
        var gate = Gate("auc >= champion + 0.2", GateReference.Champion, 0.2);
        var run = await server.TrainAsync(server.HeldBack("the challenger", [gate]), Ct);

        await server.Client.RegisterAsync(model, new(run.Id), Ct);
        var version = await server.EndOfGatesAsync(model, new(2), Ct);

        Assert.Equal(Blessing.Failed, version.Blessing);
        Assert.False(version.Note.Length > 0 && version.Gates.Single().Passed is null, version.Note);
        Assert.Contains("(champion v1 0.", version.Gates.Single().Explanation, StringComparison.Ordinal);
        Assert.Contains("is below", version.Note, StringComparison.Ordinal);
        Assert.Equal(run.Score!.Value, version.Gates.Single().Value!.Value, 12);
        var refusal = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.SetAliasAsync(model, "champion", new(new(2)), Ct)
        );
        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        Assert.Equal($"contested v2 cannot serve: {version.Note}", refusal.Message);
        Assert.Equal(1, (await server.Client.ModelAsync(model, Ct)).Aliases["champion"].Value);
    }

    [Fact]
    public async Task A_champion_that_has_learned_from_all_the_test_rows_is_compared_as_it_was_tested()
    {
        var model = new ModelName("too-early");
        var champion = await server.TrainAsync(server.Visits("without gates"), Ct);
        await server.Client.RegisterAsync(model, new(champion.Id), Ct);
        await server.Client.SetAliasAsync(model, "champion", new(new(1)), Ct);
        var gate = Gate("auc >= champion + 0.2", GateReference.Champion, 0.2);
        var run = await server.TrainAsync(server.Visits("an early challenger", 2, [gate]), Ct);

        await server.Client.RegisterAsync(model, new(run.Id), Ct);
        var version = await server.EndOfGatesAsync(model, new(2), Ct);

        Assert.Equal(Blessing.Failed, version.Blessing);
        Assert.Contains(
            "(champion v1 as it was tested 0.",
            version.Gates.Single().Explanation,
            StringComparison.Ordinal
        );
        Assert.Equal(run.Score!.Value, version.Gates.Single().Value!.Value, 12);
    }

    [Fact]
    public async Task A_gate_on_a_metric_that_the_model_has_not_fails()
    {
        var run = await server.TrainAsync(server.Visits("without gates"), Ct);
        var model = new ModelName("unknown-metric");
        await server.Client.RegisterAsync(model, new(run.Id), Ct);

        await server.StartGatesAsync(model, new(1), [Gate("aux >= 0.1", GateReference.Constant, 0.1, "aux")], Ct);
        var version = await server.EndOfGatesAsync(model, new(1), Ct);

        Assert.Equal(Blessing.Failed, version.Blessing);
        Assert.Contains("there is no metric 'aux': this model has", version.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_without_gates_is_blessed_and_says_so()
    {
        var run = await server.TrainAsync(server.Visits("without gates"), Ct);

        var version = await server.Client.RegisterAsync(new("without-gates"), new(run.Id), Ct);

        Assert.Equal(Blessing.Passed, version.Blessing);
        Assert.Equal("no gates are declared for it.", version.Note);
        Assert.Empty(version.Gates);
        await server.Client.EvaluateGatesAsync(version.Model, version.Number, Ct);
        Assert.Single(
            (await server.Client.AuditAsync("model", "without-gates", 10, 0, Ct)).Items,
            e => e.Action is "blessed"
        );
    }

    [Fact]
    public async Task Asking_again_for_the_same_gates_does_nothing_and_for_others_evaluates_them()
    {
        var gate = Gate("auc >= 0.6", GateReference.Constant, 0.6);
        var run = await server.TrainAsync(server.Visits("with a gate", 1, [gate]), Ct);
        var model = new ModelName("asked-again");
        await server.Client.RegisterAsync(model, new(run.Id), Ct);
        await server.EndOfGatesAsync(model, new(1), Ct);

        await server.StartGatesAsync(model, new(1), [gate], Ct);
        Assert.Equal(Blessing.Passed, (await server.Client.ModelVersionAsync(model, new(1), Ct)).Blessing);
        await server.StartGatesAsync(model, new(1), [Gate("auc >= 0.999", GateReference.Constant, 0.999)], Ct);
        var version = await server.EndOfGatesAsync(model, new(1), Ct);

        Assert.Equal(Blessing.Failed, version.Blessing);
        var jobs = await server.Client.JobsAsync(1000, Ct);
        Assert.Equal(2, jobs.Count(j => j is { Kind: "evaluate", Subject: "asked-again v1" }));
    }

    [Fact]
    public async Task Gates_are_evaluated_again_once_there_is_another_champion()
    {
        var gate = Gate("auc >= champion - 0.5", GateReference.Champion, -0.5);
        var run = await server.TrainAsync(server.HeldBack("the same again", [gate]), Ct);
        var first = await server.TrainAsync(server.HeldBack("held back"), Ct);
        var model = new ModelName("crowned");
        await server.Client.RegisterAsync(model, new(run.Id), Ct);
        var alone = await server.EndOfGatesAsync(model, new(1), Ct);
        await server.Client.RegisterAsync(model, new(first.Id), Ct);
        await server.Client.SetAliasAsync(model, "champion", new(new(2)), Ct);

        var asked = await server.Client.EvaluateGatesAsync(model, new(1), Ct);
        var compared = await server.EndOfGatesAsync(model, new(1), Ct);
        var unchanged = await server.Client.EvaluateGatesAsync(model, new(1), Ct);

        Assert.Equal(Blessing.Waiting, asked.Blessing);
        Assert.Contains("no other champion", alone.Gates.Single().Explanation, StringComparison.Ordinal);
        Assert.Contains("champion v2", compared.Gates.Single().Explanation, StringComparison.Ordinal);
        Assert.Equal((compared.GatesJob, compared.Blessing), (unchanged.GatesJob, unchanged.Blessing));
    }

    [Fact]
    public async Task Gates_that_cannot_be_evaluated_fail_with_the_reason_and_can_be_tried_again()
    {
        var gate = Gate("auc >= 0.6", GateReference.Constant, 0.6);
        var run = await server.TrainAsync(server.Visits("with a gate", 1, [gate]), Ct);
        var model = new ModelName("without-its-data");
        var trees = Path.Combine(server.FolderOf(model, new(1)), "model.txt");
        await server.Client.RegisterAsync(model, new(run.Id), Ct);
        await server.EndOfGatesAsync(model, new(1), Ct);
        File.Move(trees, trees + ".away");

        await server.StartGatesAsync(model, new(1), [Gate("auc >= 0.5", GateReference.Constant, 0.5)], Ct);
        var broken = await server.EndOfGatesAsync(model, new(1), Ct);
        File.Move(trees + ".away", trees);
        await server.Client.EvaluateGatesAsync(model, new(1), Ct);
        var mended = await server.EndOfGatesAsync(model, new(1), Ct);

        Assert.Equal(Blessing.Failed, broken.Blessing);
        Assert.Contains("could not be evaluated", broken.Note, StringComparison.Ordinal);
        Assert.Equal(Blessing.Passed, mended.Blessing);
    }

    private static GateDeclaration Gate(string text, GateReference against, double offset, string metric = "auc") =>
        new(text, metric, GateComparison.AtLeast, against, offset);
}
