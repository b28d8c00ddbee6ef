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
}
