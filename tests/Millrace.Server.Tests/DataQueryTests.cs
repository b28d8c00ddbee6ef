using Millrace.Api;
using Millrace.Core;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests;

/// <summary>SQL over datasets, and over nothing else.</summary>
public sealed class DataQueryTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_query_sees_datasets_and_versions_and_nothing_else()
    {
        await IngestAsync("q1.csv", "a,b\n1,x\n2,y\n");
        await IngestAsync("q2.csv", "a,b\n3,z\n");

        var newest = await QueryAsync("select sum(a) as total from \"q-data\"");
        Assert.Equal("6", newest.Rows[0][0].ToString());
        Assert.Equal("3", (await QueryAsync("select sum(a) from \"q-data@1\";")).Rows[0][0].ToString());
        Assert.True((await server.Client.QueryAsync(new("select * from \"q-data\"", 2), Ct)).Truncated);

        var bytes = await QueryAsync("select 'a\\xFF\\x00\"z'::blob as b, ['\\x01'::blob] as l");
        Assert.Equal("a\\xFF\\x00\\x22z", bytes.Rows[0][0].GetString());
        Assert.Equal("\\x01", bytes.Rows[0][1][0].GetString());

        await RefusedAsync("select * from read_csv('/etc/passwd')", "disabled");
        await RefusedAsync(
            "select * from read_text('" + Path.Combine(server.Folder, ".millrace", "millrace.db") + "')",
            "disabled"
        );
        await RefusedAsync("copy (select 1) to 'out.csv'", "Only a SELECT");
        await RefusedAsync("create table x(a int)", "Only a SELECT");
        await RefusedAsync("select 1; select 2", "One SELECT at a time");
        await RefusedAsync("select 1) ; drop view \"q-data\"; select (1", "Only a SELECT");
        await RefusedAsync("set enable_external_access = true", "Only a SELECT");
        await RefusedAsync("select * from pg_", "There is no dataset pg_. There are: ");
        await RefusedAsync("select * from q-data", "is quoted, as in \"movie-night@2\"");
        await RefusedAsync("select missing from \"q-data\"", "missing");
    }

    [Fact]
    public async Task Columns_are_headed_by_their_names_whatever_is_in_them()
    {
        var said = await CommandLine.RunAsync(
            server,
            ["data", "query", "select 1 as \"#\", 'x' as \"[b]#\", 2 as \"n\""],
            Ct
        );

        Assert.Equal(["#", "[b]#", "n"], said.Output.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private Task<IngestView> IngestAsync(string name, string text) =>
        server.IngestAsync("q-data", new() { Files = [server.Write(name, text)] }, Ct);

    private Task<TableView> QueryAsync(string sql) => server.Client.QueryAsync(new(sql), Ct);

    private async Task RefusedAsync(string sql, string message)
    {
        var refused = await Assert.ThrowsAsync<RefusalException>(() => QueryAsync(sql));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }
}
