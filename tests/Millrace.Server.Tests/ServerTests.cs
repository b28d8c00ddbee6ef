using System.Net;
using System.Text;
using System.Text.Json;
using Millrace.Core;
using Millrace.Hosting;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests;

public sealed class ServerTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_says_what_it_is()
    {
        var view = await server.Client.ServerAsync(Ct);

        Assert.Equal(Path.Combine(server.Folder, ".millrace"), view.Folder);
        Assert.True(view.WorkingSetBytes > 0);
    }

    [Fact]
    public async Task An_address_that_does_not_exist_is_named_in_a_problem()
    {
        var response = await server.Http.GetAsync(new Uri("/api/nothing", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("GET /api/nothing", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/outcomes", HttpStatusCode.BadRequest, "prediction_id")]
    [InlineData("/api/outcomes", HttpStatusCode.BadRequest, "prediction_id")]
    [InlineData("/api/loops", HttpStatusCode.NotFound, "'Content-Type: application/json'")]
    [InlineData("/api/nothing", HttpStatusCode.NotFound, "POST /api/nothing")]
    public async Task A_body_that_curl_calls_a_form_is_read_or_refused_for_that(
        string path,
        HttpStatusCode status,
        string says
    )
    {
        using var body = new StringContent("""{"outcome": 1}""", Encoding.UTF8, "application/x-www-form-urlencoded");

        var response = await server.Http.PostAsync(new Uri(path, UriKind.Relative), body, Ct);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(says, await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_is_refused_for_that_though_its_port_is_taken_too()
    {
        var refusal = await Assert.ThrowsAnyAsync<RefusalException>(() =>
            MillraceServer.StartAsync(
                new() { Folder = Path.Combine(server.Folder, ".millrace"), Address = server.Http.BaseAddress! },
                Ct
            )
        );

        Assert.Equal(RefusalKind.Conflict, refusal.Kind);
        Assert.Contains("--folder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_listens_to_everybody_is_found_by_the_verbs_of_this_machine()
    {
        const string Token = "0123456789abcdef0123456789abcdef";
        var folder = Path.Combine(server.Folder, "open");
        await using var open = await MillraceServer.StartAsync(
            new()
            {
                Folder = folder,
                Address = new("http://0.0.0.0:0"),
                Token = Token,
                LogToConsole = false,
            },
            Ct
        );

        var said = await CommandLine.RunAsync(null, ["data", "list", "--folder", folder, "--token", Token], Ct);

        Assert.True(said.ExitCode == 0, said.Error);
    }

    [Fact]
    public async Task A_second_server_in_another_folder_is_refused_where_the_database_is_the_same()
    {
        var folder = Path.Combine(server.Folder, "elsewhere");

        var said = await CommandLine.RunInAsync(
            [("MILLRACE_URL", null), ("MILLRACE_DATABASE", server.Database)],
            ["status", "--folder", folder],
            Ct
        );

        // SQLite lies in the folder: there it is another.
        var isSame = server.Database is not null;
        Assert.Equal(isSame ? 4 : 0, said.ExitCode);
        Assert.StartsWith(
            isSame ? "Another Millrace server works on the database" : "",
            said.Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("MILLRACE_DATABASE")]
    [InlineData("MILLRACE_Storage__PostgreSql")]
    public async Task A_verb_without_a_server_uses_the_database_that_up_would(string variable)
    {
        var folder = Path.Combine(server.Folder, "of-postgres");

        var said = await CommandLine.RunInAsync(
            [("MILLRACE_URL", null), (variable, "Host=127.0.0.1;Port=1;Timeout=1")],
            ["status", "--folder", folder],
            Ct
        );

        // Nobody listens there; on SQLite in the folder it would have found no loop, and left a second database behind.
        Assert.Equal(1, said.ExitCode);
        Assert.False(File.Exists(Path.Combine(folder, "millrace.db")));
    }

    [Theory]
    [InlineData("There are no alerts.", "alerts")]
    [InlineData("The audit log has no such entry.", "audit", "--subject", "nobody")]
    [InlineData("There are no such runs.", "runs", "--experiment", "none")]
    [InlineData("No model is registered yet", "models")]
    [InlineData("Nothing is deployed yet", "endpoints")]
    [InlineData("Nothing is watched yet", "monitor")]
    [InlineData("No loop is declared yet", "status")]
    public async Task Where_there_is_nothing_to_list_a_verb_says_so(string sentence, params string[] verb)
    {
        var said = await CommandLine.RunAsync(server, verb, Ct);

        Assert.StartsWith(sentence, said.Output, StringComparison.Ordinal);
        Assert.Single(said.Output.Trim().Split('\n'));
    }

    [Fact]
    public async Task Another_machines_name_for_this_server_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/server");
        request.Headers.Host = "evil.example";

        Assert.Equal(HttpStatusCode.Forbidden, (await server.Http.SendAsync(request, Ct)).StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_site_may_not_change_anything()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/datasets/x/ingest")
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Origin", "https://evil.example");

        Assert.Equal(HttpStatusCode.Forbidden, (await server.Http.SendAsync(request, Ct)).StatusCode);
    }

    [Fact]
    public async Task The_API_is_described_with_names_as_text()
    {
        using var json = JsonDocument.Parse(
            await server.Http.GetStringAsync(new Uri("/api/openapi.json", UriKind.Relative), Ct)
        );

        var paths = json.RootElement.GetProperty("paths");
        Assert.True(paths.TryGetProperty("/api/jobs/{id}", out var job));
        Assert.Equal(
            "string",
            job.GetProperty("get").GetProperty("parameters")[0].GetProperty("schema").GetProperty("type").GetString()
        );
    }

    [Fact]
    public async Task The_log_tells_of_work_and_not_of_requests_and_statements()
    {
        var file = server.Write("logged.csv", "a\n1\n");
        await server.IngestAsync("logged", new() { Files = [file] }, Ct);
        await server.RestartAsync();

        var log = Directory.GetFiles(Path.Combine(server.Folder, ".millrace", "logs")).Single();
        await using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync(Ct);
        Assert.Contains("Job ingest of logged", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Executed DbCommand", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Request starting", text, StringComparison.Ordinal);
    }
}
