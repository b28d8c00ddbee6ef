using Millrace.Api;
using Millrace.Engine.Declarations;
using Millrace.Server.Tests.Experiments;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Models;

/// <summary>The verbs <c>runs</c> and <c>models</c>, typed as a person types them.</summary>
public sealed class ModelsCommandTests(TrainingServer server) : IClassFixture<TrainingServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_registered_named_tagged_and_shown_from_the_command_line()
    {
        var run = await server.TrainAsync(server.Visits("listed"), Ct);

        var version = (
            await MillraceAsync("models", "register", "typed", run.Id.Value, "--json")
        ).Json<ModelVersionView>();
        await MillraceAsync("models", "alias", "typed", "champion", "latest", "--reason", "the only one");
        await MillraceAsync("models", "tag", "typed", "team=shop", "draft=yes", "--version", "champion");
        await MillraceAsync("models", "tag", "typed", "--remove", "draft", "--version", "v1");
        await MillraceAsync("models", "describe", "typed", "Who buys?");

        Assert.Equal(Blessing.Passed, version.Blessing);
        var shown = (await MillraceAsync("models", "show", "typed", "champion", "--json")).Json<ModelVersionView>();
        Assert.Equal(run.Id, shown.Lineage.Run);
        Assert.Equal([KeyValuePair.Create("team", "shop")], shown.Tags);
        Assert.Contains("Who buys?", (await MillraceAsync("models")).Output, StringComparison.Ordinal);
        Assert.Contains("champion", (await MillraceAsync("models", "show", "typed")).Output, StringComparison.Ordinal);
        Assert.Contains(
            "lightgbm",
            (await MillraceAsync("models", "show", "typed", "1")).Output,
            StringComparison.Ordinal
        );
        await MillraceAsync("models", "alias", "typed", "champion", "--delete");
        Assert.Empty((await server.Client.ModelAsync(new("typed"), Ct)).Aliases);
    }

    [Fact]
    public async Task Register_and_gates_wait_for_the_evaluation_and_gates_that_nothing_changed_for_are_not_evaluated_again()
    {
        var gate = new GateDeclaration("auc >= 0.6", "auc", GateComparison.AtLeast, GateReference.Constant, 0.6);
        var run = await server.TrainAsync(server.Visits("awaited", 1, [gate]), Ct);

        var registered = await MillraceAsync("models", "register", "awaited", run.Id.Value, "--json");
        var again = await MillraceAsync("models", "gates", "awaited", "1");

        Assert.Equal(Blessing.Passed, registered.Json<ModelVersionView>().Blessing);
        Assert.Equal(
            "awaited v1: nothing has changed since its gates were evaluated: it passed its one gate.",
            again.Output.Trim()
        );
        var audit = await server.Client.AuditAsync("model", "awaited", 10, 0, Ct);
        Assert.Single(audit.Items, e => e.Action is "blessed");
    }

    [Fact]
    public async Task Gates_that_a_version_fails_are_an_exit_code_and_their_reason()
    {
        var gate = new GateDeclaration("auc >= 0.9999", "auc", GateComparison.AtLeast, GateReference.Constant, 0.9999);
        var run = await server.TrainAsync(server.Visits("not good enough", 1, [gate]), Ct);
        await MillraceAsync("models", "register", "not-good-enough", run.Id.Value);

        var gates = await CommandLine.RunAsync(server, ["models", "gates", "not-good-enough", "1", "--json"], Ct);

        Assert.Equal(2, gates.ExitCode);
        var version = gates.Json<ModelVersionView>();
        Assert.Equal(Blessing.Failed, version.Blessing);
        Assert.Contains(version.Note, gates.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_are_listed_and_shown_from_the_command_line()
    {
        var run = await server.TrainAsync(server.Visits("listed"), Ct);

        var list = (await MillraceAsync("runs", "--experiment", "visits", "--json")).Json<Page<RunSummary>>();
        Assert.Contains(list.Items, r => r.Id == run.Id);
        Assert.Contains("listed", (await MillraceAsync("runs")).Output, StringComparison.Ordinal);
        Assert.Contains("auc", (await MillraceAsync("runs", "show", run.Id.Value)).Output, StringComparison.Ordinal);
        // The metric that the help's example names.
        await MillraceAsync("runs", "metrics", run.Id.Value, "valid_auc");
        await MillraceAsync("runs", "log", run.Id.Value);
        var cancelled = await CommandLine.RunAsync(server, ["runs", "cancel", run.Id.Value], Ct);
        Assert.Equal(4, cancelled.ExitCode);
        Assert.Contains("has ended already: finished", cancelled.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "There is no model nowhere.", "models", "show", "nowhere")]
    [InlineData(2, "is not a run id", "runs", "show", "nowhere")]
    [InlineData(2, "--delete", "models", "alias", "nowhere", "challenger")]
    [InlineData(2, "KEY=VALUE", "models", "tag", "nowhere", "draft")]
    [InlineData(2, "limit 0 is not possible: ask for 1 to 1000.", "runs", "--limit", "0")]
    [InlineData(2, "limit -1 is not possible: ask for 1 to 1000.", "alerts", "--limit", "-1")]
    [InlineData(2, "limit 0 is not possible: ask for 1 to 10000.", "data", "query", "select 1", "--limit", "0")]
    public async Task What_is_refused_says_why_and_tells_scripts(int code, string message, params string[] arguments)
    {
        var result = await CommandLine.RunAsync(server, arguments, Ct);

        Assert.Equal(code, result.ExitCode);
        Assert.Contains(message, result.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    private async Task<CommandResult> MillraceAsync(params string[] arguments)
    {
        var result = await CommandLine.RunAsync(server, arguments, Ct);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
