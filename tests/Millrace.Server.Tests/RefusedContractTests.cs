using Millrace.Api;
using Millrace.Core;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests;

/// <summary>What a loop's contract asks of data that cannot give it: refused where it stands, or sent to quarantine.</summary>
public sealed class RefusedContractTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("([")]
    [InlineData("(?=x)y")]
    public async Task A_pattern_that_is_none_is_refused_with_its_place_when_the_loop_is_applied(string pattern)
    {
        server.Write("plates.csv", "plate,y\nA,1\n");
        var file = server.Write(
            "plates.yaml",
            $$"""
            loop: plates
            data:
              source: { files: plates.csv }
              contract:
                plate: { type: string, pattern: "{{pattern}}" }
            model: { task: regress, target: y, try: [lightgbm] }
            """
        );

        var said = await CommandLine.RunAsync(server, ["apply", file], Ct);

        Assert.Equal(2, said.ExitCode);
        Assert.StartsWith($"{file}:5:12: Column 'plate'", said.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("contract:\n    plat: string", "loop.yaml:5:5: contract 'plat' is not a column. Did you mean 'plate'?")]
    [InlineData("unique: [plat]", "loop.yaml:4:11: unique 'plat' is not a column. Did you mean 'plate'?")]
    public async Task A_contract_that_names_a_column_that_the_source_has_not_is_refused_when_the_loop_is_applied(
        string contract,
        string message
    )
    {
        var folder = Path.GetDirectoryName(server.Write("plates.csv", "plate,y\nA,1\nB,2\n"))!;
        var yaml = $$"""
            loop: wrong-plates
            data:
              source: plates.csv
              {{contract}}
            model: { task: regress, target: y, try: [lightgbm] }
            """;

        var refusal = await Assert.ThrowsAsync<RefusalException>(() => server.Client.ApplyAsync(new(yaml, folder), Ct));

        Assert.Equal(message, refusal.Message);
    }

    [Fact]
    public async Task A_word_among_numbers_goes_to_quarantine_where_the_dataset_holds_numbers()
    {
        var file = server.Write(
            "cheeses.yaml",
            """
            loop: cheeses
            data:
              source: { files: cheeses-2.csv }
              contract: { x: { range: [0, 99] } }
              recipe: [ derive: { next: x + 1 } ]
            model: { task: regress, target: y, try: [lightgbm] }
            """
        );
        var first = server.Write("cheeses-1.csv", "x,y\n" + string.Concat(Enumerable.Repeat("17,1\n18,2\n", 40)));
        server.Write("cheeses-2.csv", "x,y\nGouda,2\n19,3\n");
        await CommandLine.RunAsync(server, ["data", "ingest", "cheeses", first, "--contract", file], Ct);

        var said = await CommandLine.RunAsync(server, ["apply", file], Ct);

        Assert.Equal((0, ""), (said.ExitCode, said.Error));
        var version = await server.Client.DatasetVersionAsync(new("cheeses"), new(2), Ct);
        Assert.Equal((81L, 1L), (version.Rows, version.Quarantined));
    }

    [Fact]
    public async Task What_is_wrong_only_in_view_of_the_data_ends_the_loop_at_ingest_and_the_command_with_it()
    {
        // Numbers in the one file that is looked at before the data is taken in.
        server.Write("towns-1.csv", "town,y\n" + string.Concat(Enumerable.Repeat("17,1\n18,2\n", 40)));
        server.Write("towns-2.csv", "town,y\nGouda,2\n");
        var file = server.Write(
            "towns.yaml",
            """
            loop: towns
            data:
              source: { files: towns-*.csv }
              recipe:
                - derive: { next: town + 1 }
            model: { task: regress, target: y, try: [lightgbm] }
            """
        );

        var said = await CommandLine.RunAsync(server, ["apply", file], Ct);

        Assert.NotEqual(0, said.ExitCode);
        Assert.Contains($"stopped at ingest: {file}:5:", said.Error, StringComparison.Ordinal);
        var loop = await server.Client.LoopAsync(new("towns"), Ct);
        var ingest = loop.Stages.Single(s => s.Name is "ingest");
        Assert.Equal(StageState.Failed, ingest.State);
        Assert.Contains("'+'", ingest.Message, StringComparison.Ordinal);
    }
}
