using System.Globalization;
using System.Text;
using System.Text.Json;
using Millrace.Api;
using Millrace.Core;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Loop.Backtest;

/// <summary>A backtest by the command line against a real server, in its child process.</summary>
public sealed class BacktestServerTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string Yaml = """
        loop: small
        data:
          source: { files: history.csv }
          event_time: at
          contract:
            at: { type: timestamp, required: true }
            x: { type: int64, required: true, range: [0, 99] }
        model:
          task: classify
          target: y
          try: [{ lightgbm: { num_iterations: 10, num_threads: 1, validation: 0 } }]
          metric: log_loss
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_command_prints_the_promised_shape_and_the_server_keeps_the_result()
    {
        server.Write("history.csv", History());
        var yaml = server.Write("small.yaml", Yaml);

        var said = await CommandLine.RunAsync(server, ["backtest", yaml, "--policies", "never,every:7d", "--json"], Ct);

        Assert.True(said.ExitCode == 0, said.Error);
        using var json = JsonDocument.Parse(said.Output);
        var policies = json.RootElement.GetProperty("policies");
        Assert.Equal(2, policies.GetArrayLength());
        foreach (var policy in policies.EnumerateArray())
        {
            Assert.InRange(policy.GetProperty("metric").GetDouble(), 0, 2);
            Assert.Equal(JsonValueKind.Object, policy.GetProperty("by_month").ValueKind);
            Assert.InRange(policy.GetProperty("retrainings").GetInt32(), 0, 10);
            Assert.Equal(0, policy.GetProperty("alarms").GetInt32());
            Assert.True(policy.GetProperty("compute_seconds").GetDouble() > 0);
            Assert.True(policy.GetProperty("baseline").GetDouble() > 0);
            Assert.True(policy.GetProperty("persistence").GetDouble() > 0);
        }

        Assert.Equal("never", policies[0].GetProperty("policy").GetString());
        Assert.Contains("1 of", json.RootElement.GetProperty("notices")[0].GetString(), StringComparison.Ordinal);
        var kept = (await server.Client.BacktestsAsync(Ct)).First(b => b.Loop.Value is "small");
        Assert.Equal(JobState.Succeeded, kept.State);
        var view = await server.Client.BacktestAsync(kept.Id, Ct);
        Assert.Equal(policies[1].GetProperty("metric").GetDouble(), view.Result!.Policies[1].Metric);
        Assert.Equal(JobState.Succeeded, view.Job.State);
        Assert.NotEmpty(view.Result.Policies[0].Curve);
        Assert.DoesNotContain(await server.Client.DatasetsAsync(Ct), d => d.Name.Value is "small");
        var audit = await server.Client.AuditAsync("loop", "small", 10, 0, Ct);
        Assert.Contains(audit.Items, e => e.Action is "backtested");

        var table = await CommandLine.RunAsync(server, ["backtest", yaml, "--policies", "never"], Ct);
        Assert.Contains("retrainings", table.Output, StringComparison.Ordinal);
        Assert.Contains("the last label or value again", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_policies_columns_and_backtests_are_refused_before_any_work()
    {
        server.Write("history.csv", History());
        var wrong = server.Write("wrong.yaml", Yaml.Replace("target: y", "target: z", StringComparison.Ordinal));
        var said = await CommandLine.RunAsync(server, ["backtest", wrong], Ct);
        Assert.NotEqual(0, said.ExitCode);
        Assert.Contains("'z'", said.Error, StringComparison.Ordinal);

        var request = new BacktestRequest(Yaml, server.Folder, null, ["sometimes"]);
        var refusal = await Assert.ThrowsAsync<RefusalException>(() => server.Client.StartBacktestAsync(request, Ct));
        Assert.Contains("'sometimes'", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusalException>(() => server.Client.BacktestAsync(new('0', 32), Ct));
    }

    [Fact]
    public async Task Where_rows_have_no_time_days_are_told_by_their_number()
    {
        server.Write("undated.csv", "x,y\n" + string.Concat(Enumerable.Repeat("1,yes\n2,no\n3,yes\n", 70)));
        var yaml = server.Write(
            "undated.yaml",
            """
            loop: undated
            data: { source: { files: undated.csv } }
            model: { task: classify, target: y, try: [{ lightgbm: { num_iterations: 5, validation: 0 } }] }
            """
        );

        var said = await CommandLine.RunAsync(server, ["backtest", yaml, "--policies", "every:30d", "--json"], Ct);

        Assert.True(said.ExitCode == 0, said.Error);
        using var json = JsonDocument.Parse(said.Output);
        Assert.Equal(1, json.RootElement.GetProperty("from").GetInt32());
        Assert.Equal(53, json.RootElement.GetProperty("to").GetInt32());
        var at = json.RootElement.GetProperty("policies")[0].GetProperty("retrained_at");
        Assert.Equal(31, Assert.Single(at.EnumerateArray()).GetInt32());
    }

    private static string History()
    {
        var random = new Random(5);
        var csv = new StringBuilder("at,x,y\n2024-01-01,1000,no\n");
        for (var day = 0; day < 40; day++)
        {
            for (var i = 0; i < 25; i++)
            {
                var x = random.Next(100);
                var at = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(day).AddMinutes(i);
                csv.Append(CultureInfo.InvariantCulture, $"{at:s},{x},{(x + random.Next(40) > 70 ? "yes" : "no")}\n");
            }
        }

        return csv.ToString();
    }
}
