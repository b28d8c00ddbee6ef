using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Millrace.Api;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests;

/// <summary>What people and scripts send that is wrong: it is refused by name, and loses nothing.</summary>
public sealed class RefusedInputTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("upp")]
    [InlineData("data", "list", "--jsn")]
    [InlineData("data", "ingest", "nothing")]
    [InlineData("data", "ingest", "x", "x.csv", "--header", "maybe")]
    [InlineData("up", "--url", "http://127.0.0.1:1")]
    [InlineData("demo", "--folder", "here")]
    public async Task A_command_that_is_none_is_told_from_a_fault_by_its_exit_code(params string[] command) =>
        Assert.Equal(2, (await CommandLine.RunAsync(server, command, Ct)).ExitCode);

    [Theory]
    [InlineData("--port 99999 is not a port", "--port", "99999")]
    [InlineData("--address 'a b' is not an address", "--port", "0", "--address", "a b")]
    [InlineData("no address 192.0.2.1: name one that it has with --address", "--port", "0", "--address", "192.0.2.1")]
    [InlineData("'nowhere.example' is not an IP address", "--port", "0", "--address", "nowhere.example")]
    [InlineData("localhost is two addresses", "--port", "0", "--address", "localhost")]
    [InlineData("/dev/null cannot be used as a folder", "--port", "0", "--folder", "/dev/null")]
    [InlineData("/proc/nowhere cannot be used as a folder", "--port", "0", "--folder", "/proc/nowhere")]
    public async Task What_a_server_cannot_start_with_is_named_in_one_line(string message, params string[] options)
    {
        var said = await CommandLine.RunAsync(
            null,
            ["up", "--token", "0123456789abcdef0123456789abcdef", .. options],
            Ct
        );

        Assert.Equal(2, said.ExitCode);
        Assert.Contains(message, said.Error, StringComparison.Ordinal);
        Assert.Single(said.Error.Trim().ReplaceLineEndings("\n").Split('\n'));
        Assert.Empty(said.Output);
    }

    [Theory]
    [InlineData("Monitoring:Alerts:Webhook must be an https address", "Monitoring__Alerts__Webhook", "nowhere")]
    [InlineData("Jobs:MaxConcurrent: ", "Jobs__MaxConcurrent", "0")]
    [InlineData("'soon' at 'Monitoring:Alerts:Timeout'", "Monitoring__Alerts__Timeout", "soon")]
    public async Task A_setting_that_is_not_possible_is_named_in_one_line(string message, string setting, string value)
    {
        var said = await CommandLine.RunInAsync(
            [($"MILLRACE_{setting}", value)],
            ["up", "--port", "0", "--folder", Path.Combine(server.Folder, "unsettled")],
            Ct
        );

        Assert.Equal(2, said.ExitCode);
        Assert.Contains(message, said.Error, StringComparison.Ordinal);
        Assert.Single(said.Error.Trim().ReplaceLineEndings("\n").Split('\n'));
    }

    [Theory]
    [InlineData("api/loops", "{}", "The body lacks 'yaml'")]
    [InlineData("api/loops/x/retrain", "", "The request has no body")]
    [InlineData(
        "api/loops/x/retrain",
        """{"reason":"new","reson":"x"}""",
        "The body has $.reson, which this request does not take."
    )]
    [InlineData("api/loops/x/retrain", """{"reason":["new"]}""", "The body has what is of another type at $.reason.")]
    [InlineData("api/loops/x/retrain", """{"reason":""", "The body is no JSON from line 1, byte 11 on.")]
    [InlineData("api/backtests", "{}", "yaml")]
    [InlineData("api/backtests", """{"yaml":"loop: x","folder":"/tmp"}""", "policies")]
    [InlineData("api/endpoints/x/deploy", """{"model":"x"}""", "version")]
    [InlineData("api/datasets/x/ingest", """{"files":["/data/a\u0000"]}""", "/data/a")]
    [InlineData("api/datasets/x/ingest", """{"files":["a\u0000"]}""", "zero character")]
    [InlineData("api/datasets/query", """{"limit":1}""", "sql")]
    [InlineData("api/loops/x/retrain", """{"reason":null}""", "reason")]
    [InlineData("api/endpoints/x/rollback", """{"reason":null}""", "reason")]
    [InlineData("api/datasets/x/ingest", """{"files":null}""", "files")]
    [InlineData("api/datasets/x/ingest", """{"files":[null]}""", "files")]
    [InlineData("api/datasets/x/ingest", """{"files":["a.csv"],"contract":{"columns":null}}""", "columns")]
    [InlineData(
        "api/datasets/x/ingest",
        """{"files":["a.csv"],"contract":{"columns":[{"name":"c","pattern":"(["}]}}""",
        "(["
    )]
    public async Task A_request_without_what_it_needs_is_answered_with_the_name_of_that(
        string path,
        string body,
        string named
    )
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));

        using var answer = await server.Http.PostAsync(new Uri(path, UriKind.Relative), content, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(named, await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api/runs/abc", "'abc' is not a run id: 32 hexadecimal digits.")]
    [InlineData("api/jobs/7/log", "'7' is not a job id: 32 hexadecimal digits.")]
    [InlineData("api/models/Churn", "'Churn' is no model name: use 1 to 120 lower-case letters")]
    [InlineData("api/models/churn/versions/first", "'first' is not a version number: 1, 2, 3 …")]
    [InlineData("api/runs?experiment=A", "'A' is no experiment name")]
    [InlineData("api/audit?limit=many", "limit 'many' is not possible: give a whole number.")]
    [InlineData("api/audit?kind=zzz", "The audit log has no kind 'zzz'. It has: dataset, run,")]
    [InlineData("api/audit?limit=99999999999", "limit '99999999999' is not possible: give a whole number.")]
    public async Task What_cannot_be_a_name_or_a_number_is_refused_by_what_it_should_be(string path, string says)
    {
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.StartsWith(says, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api/endpoints/nowhere")]
    [InlineData("api/endpoints/nowhere/predictions")]
    [InlineData("api/endpoints/nowhere/replicas")]
    [InlineData("api/endpoints/nowhere/rollouts")]
    public async Task Nothing_is_told_of_an_endpoint_that_is_none(string path)
    {
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains(
            "There is no endpoint nowhere",
            await answer.Content.ReadAsStringAsync(Ct),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_rows_of_the_files_are_those_accepted_and_those_in_quarantine()
    {
        var contract = server.Write(
            "counted.yaml",
            """
            loop: counted
            data:
              source: { files: counted.csv }
              contract:
                x: { type: int64, range: [0, 9] }
            model: { task: regress, target: x, try: [lightgbm] }
            """
        );
        var first = server.Write("counted/a.csv", "x,y\n1,2\n99,4\n");
        var second = server.Write("counted/b.csv", "x,y\n3,4\n5,6\n99,8\n");
        await CommandLine.RunAsync(server, ["data", "ingest", "counted", first, "--contract", contract], Ct);

        var said = await CommandLine.RunAsync(server, ["data", "ingest", "counted", second, "--json"], Ct);

        var done = said.Json<IngestView>();
        Assert.Equal((3L, 2L, 1L), (done.Rows, done.RowsAdded, done.Quarantined));
        var shown = (await CommandLine.RunAsync(server, ["data", "show", "counted"], Ct)).Output;
        Assert.Matches(@"2\s+3\s+2\s+1\s+[0-9a-f]{12}[^\n]+\n\s*1\s+1\s+1\s+1\s+[0-9a-f]{12}", shown);
    }

    [Fact]
    public async Task The_same_bytes_under_two_names_in_one_command_are_taken_in_once()
    {
        var first = server.Write("twice/a.csv", "x,y\n1,2\n");
        server.Write("twice/b.csv", "x,y\n1,2\n");
        server.Write("twice/c.csv", "x,y\n3,4\n");

        var said = await CommandLine.RunAsync(
            server,
            ["data", "ingest", "twice", Path.GetDirectoryName(first)!, "--json"],
            Ct
        );

        Assert.Equal(2, said.Json<IngestView>().Rows);
    }

    [Fact]
    public async Task A_quarantine_that_does_not_exist_does_not_empty_the_file_it_was_to_be_written_to()
    {
        var file = server.Write("kept.csv", "precious\n");

        var said = await CommandLine.RunAsync(server, ["data", "quarantine", "nowhere", "-v", "1", "--to", file], Ct);

        Assert.Equal(3, said.ExitCode);
        Assert.Equal("precious\n", await File.ReadAllTextAsync(file, Ct));
        Assert.False(File.Exists(file + ".part"));
    }

    [Theory]
    [InlineData("nowhere/rows.csv", "There is no folder ")]
    [InlineData("there", "there is a folder: name a file in it.")]
    [InlineData("file/rows.csv", "file")]
    [InlineData("/proc/rows.csv", "/proc")]
    public async Task A_quarantine_that_cannot_be_written_is_refused_in_one_sentence(string to, string message)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no /proc.");
        var file = server.Write("held/held.csv", "x,y\n1,2\n3\n4,5\n");
        await CommandLine.RunAsync(server, ["data", "ingest", "held", file], Ct);
        server.Write("held/file", "");
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(file)!, "there")).Parent!.FullName;

        var said = await CommandLine.RunAsync(
            server,
            ["data", "quarantine", "held", "--to", Path.Combine(folder, to)],
            Ct
        );

        Assert.Equal(2, said.ExitCode);
        Assert.Contains(message, said.Error, StringComparison.Ordinal);
        Assert.Single(said.Error.Trim().ReplaceLineEndings("\n").Split('\n'));
    }
}
