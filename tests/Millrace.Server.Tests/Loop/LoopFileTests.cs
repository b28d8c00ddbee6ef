using System.Text.Json;
using Millrace.Api;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Loop;

/// <summary>What a person reads about a loop's file that is wrong.</summary>
public sealed class LoopFileTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Misspelt = """
        loop: evenings
        data:
          source: { files: evenings.csv }
        model:
          task: clasify
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("apply")]
    [InlineData("backtest")]
    [InlineData("data", "ingest", "evenings", "--contract")]
    public async Task A_refusal_names_the_file_that_was_given(params string[] verb)
    {
        var file = server.Write("b.yaml", Misspelt);
        var data = server.Write("evenings.csv", "x,y\n1,2\n");

        var said = await CommandLine.RunAsync(
            server,
            [.. verb, file, .. verb[0] is "data" ? [data] : Array.Empty<string>()],
            Ct
        );

        Assert.Equal(2, said.ExitCode);
        var line = said.Error.ReplaceLineEndings("");
        Assert.StartsWith($"{file}:5:9: 'clasify' is no task.", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("--contract", false)]
    public async Task Rows_that_were_taken_in_under_another_contract_are_said_to_be_unchecked(
        string option,
        bool isUnchecked
    )
    {
        var name = isUnchecked ? "unchecked" : "checked";
        var data = server.Write(name + ".csv", "x,y\n1,2\n" + string.Concat(Enumerable.Repeat("3,4\n", 40)));
        var file = server.Write(
            name + ".yaml",
            $$"""
            loop: {{name}}
            data:
              source: { files: {{name}}.csv }
              contract:
                x: { type: int64, required: true, range: [2, 9] }
            model: { task: regress, target: y, try: [lightgbm] }
            """
        );
        string[] contract = option.Length > 0 ? [option, file] : [];
        Assert.Equal(0, (await CommandLine.RunAsync(server, ["data", "ingest", name, data, .. contract], Ct)).ExitCode);
        var applied = await CommandLine.RunAsync(server, ["apply", file, "--no-wait", "--json"], Ct);

        var loop = await server.SettledAsync(new(name), Ct);
        var changed = applied.Json<JsonElement>().GetProperty("changed");
        Assert.Equal((name, true), (applied.Json<LoopView>().Name.Value, changed.GetBoolean()));

        var ingest = loop.Stages.Single(s => s.Name is "ingest");
        Assert.Equal(isUnchecked, ingest.Message.Contains("data.dataset", StringComparison.Ordinal));
        Assert.Equal(!isUnchecked, ingest.Message.Contains("1 rows in quarantine", StringComparison.Ordinal));
    }
}
