using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Versions;
using Millrace.Engine.Ingest;
using Millrace.Storage;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests;

public sealed class DataTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly ContractWire Rules = new()
    {
        Columns =
        [
            new()
            {
                Name = "stars",
                Type = "int32",
                Min = 0,
                Max = 5,
            },
        ],
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_become_versions_that_append_and_the_same_file_twice_adds_nothing()
    {
        var first = await IngestAsync("ratings", "1.csv", "user,stars\n1,5\n2,9\n3,4\n", Rules);
        var again = await IngestAsync("ratings", "1.csv", "user,stars\n1,5\n2,9\n3,4\n", null);
        var second = await IngestAsync("ratings", "2.csv", "user,stars\n4,1\n5,77\n", null);

        Assert.Equal((1, 2L, 1L, true), (first.Version.Value, first.Rows, first.Quarantined, first.Added));
        Assert.Equal((1, first.Hash, false), (again.Version.Value, again.Hash, again.Added));
        Assert.Equal((2, 3L, 1L, true), (second.Version.Value, second.Rows, second.Quarantined, second.Added));
        Assert.Equal([2L, 0L, 1L], new[] { first, again, second }.Select(v => v.RowsAdded));
        Assert.Equal((0L, true), (again.Quarantined, again.Seconds != first.Seconds));

        var view = await server.Client.DatasetVersionAsync(new("ratings"), new(2), Ct);
        Assert.Equal(["int64", "int32"], view.Columns.Select(c => c.Type));
        Assert.Equal(("4", 3L), (view.Columns.Single(c => c.Name is "user").Max ?? "", view.Columns[0].Count));
        Assert.Equal(2, view.Files.Count);

        var quarantine = await server.Client.QuarantineAsync(new("ratings"), new(1), 10, 0, Ct);
        Assert.Equal(
            new QuarantinedRow("1.csv", 2, 3, "stars", "range", "stars: range", "2,9"),
            Assert.Single(quarantine.Items)
        );
        using var csv = new MemoryStream();
        await server.Client.DownloadQuarantineAsync(new("ratings"), new(2), csv, Ct);
        Assert.Equal(
            "file,row,line,column,rule,reason,raw\n2.csv,2,3,stars,range,stars: range,\"5,77\"\n",
            Encoding.UTF8.GetString(csv.ToArray()).ReplaceLineEndings("\n")
        );

        var rows = await server.Client.RowsAsync(new("ratings"), new(2), 2, 1, Ct);
        Assert.Equal(["3", "4"], rows.Rows.Select(r => r[0].ToString()));
        Assert.True(rows.Truncated is false);
        var audit = await server.Client.AuditAsync("dataset", "ratings", 10, 0, Ct);
        Assert.Equal(["ingested", "ingested"], audit.Items.Select(a => a.Action));
    }

    [Fact]
    public async Task A_version_that_only_its_log_has_is_recorded_before_more_is_ingested()
    {
        var first = await IngestAsync("half", "1.csv", "user,stars\n1,5\n3,4\n", null);
        // As where the database was away just after the log had the version.
        await server.WithinAsync(async services =>
        {
            var db = services.GetRequiredService<MillraceDb>();
            await db.Set<VersionRow>().Where(v => v.Dataset == new DatasetName("half")).ExecuteDeleteAsync(Ct);
            return await db.Set<DatasetRow>().Where(d => d.Name == new DatasetName("half")).ExecuteDeleteAsync(Ct);
        });

        var again = await IngestAsync("half", "1.csv", "user,stars\n1,5\n3,4\n", null);

        Assert.Equal((1, first.Hash, 2L, false), (again.Version.Value, again.Hash, again.Rows, again.Added));
    }

    [Fact]
    public async Task Another_contract_checks_all_rows_again_and_earlier_versions_stay_as_they_were()
    {
        await IngestAsync("checked", "c1.csv", "user,stars\n1,5\n2,9\n", null);
        await IngestAsync("checked", "c2.csv", "user,stars\n3,4\n", null);

        var again = await IngestAsync("checked", "c2.csv", "user,stars\n3,4\n", Rules);
        var more = await IngestAsync("checked", "c3.csv", "user,stars\n4,1\n", Rules);

        Assert.Equal((3, 2L, 1L, true), (again.Version.Value, again.Rows, again.Quarantined, again.Added));
        Assert.Equal((4, 3L, 0L, true), (more.Version.Value, more.Rows, more.Quarantined, more.Added));
        Assert.Equal(3, (await server.Client.DatasetVersionAsync(new("checked"), new(2), Ct)).Rows);
        var view = await server.Client.DatasetVersionAsync(new("checked"), new(4), Ct);
        Assert.Equal(["int64", "int32"], view.Columns.Select(c => c.Type));
        Assert.Equal(["4", "3", "1"], await NewestUsersAsync());
        Assert.False((await IngestAsync("checked", "c1.csv", "user,stars\n1,5\n2,9\n", Rules)).Added);

        var log = Path.Combine(server.Folder, ".millrace", "objects", "datasets", "checked", "_delta_log");
        var actions = (await File.ReadAllLinesAsync(Path.Combine(log, "00000000000000000002.json"), Ct))
            .Select(line => JsonElement.Parse(line).EnumerateObject().Single())
            .ToList();
        Assert.Equal(["commitInfo", "metaData", "remove", "remove", "add"], actions.Select(a => a.Name));
        Assert.Equal("Overwrite", actions[0].Value.GetProperty("operationParameters").GetProperty("mode").GetString());

        async Task<IEnumerable<string>> NewestUsersAsync() =>
            (await server.Client.QueryAsync(new("select \"user\" from checked order by 1 desc"), Ct)).Rows.Select(r =>
                r[0].ToString()
            );
    }

    [Fact]
    public async Task The_log_of_a_dataset_is_a_Delta_log()
    {
        await IngestAsync("delta", "d1.csv", "a,b\n1,x\n2,y\n", null);
        await IngestAsync("delta", "d2.csv", "a,b\n3,z\n", null);
        var folder = Path.Combine(server.Folder, ".millrace", "objects", "datasets", "delta");
        var added = new List<(string Path, long Size, long Rows)>();
        for (var version = 0; version < 2; version++)
        {
            var lines = await File.ReadAllLinesAsync(
                Path.Combine(folder, "_delta_log", version.ToString("D20", CultureInfo.InvariantCulture) + ".json"),
                Ct
            );
            foreach (var line in lines)
            {
                using var action = JsonDocument.Parse(line);
                var one = action.RootElement.EnumerateObject().Single();
                switch (one.Name)
                {
                    case "protocol":
                        Assert.Equal(1, one.Value.GetProperty("minReaderVersion").GetInt32());
                        Assert.Equal(2, one.Value.GetProperty("minWriterVersion").GetInt32());
                        break;
                    case "metaData":
                        using (var schema = JsonDocument.Parse(one.Value.GetProperty("schemaString").GetString()!))
                        {
                            Assert.Equal(
                                ["a long", "b string"],
                                schema
                                    .RootElement.GetProperty("fields")
                                    .EnumerateArray()
                                    .Select(f => $"{f.GetProperty("name")} {f.GetProperty("type")}")
                            );
                        }

                        break;
                    case "add":
                        using (var stats = JsonDocument.Parse(one.Value.GetProperty("stats").GetString()!))
                        {
                            added.Add(
                                (
                                    one.Value.GetProperty("path").GetString()!,
                                    one.Value.GetProperty("size").GetInt64(),
                                    stats.RootElement.GetProperty("numRecords").GetInt64()
                                )
                            );
                        }

                        break;
                    default:
                        Assert.Equal("commitInfo", one.Name);
                        break;
                }
            }
        }

        Assert.Equal([2L, 1L], added.Select(a => a.Rows));
        Assert.All(added, a => Assert.Equal(a.Size, new FileInfo(Path.Combine(folder, a.Path)).Length));

        var manifest = await server.Client.DatasetVersionAsync(new("delta"), new(2), Ct);
        Assert.All(manifest.Files, f => Assert.Equal(f.Sha256, FileHash.Of(Path.Combine(folder, f.Name), Ct)));
    }

    [Fact]
    public async Task An_ingestion_that_fails_says_why_and_leaves_the_dataset_free()
    {
        var broken = server.Write("broken.parquet", "not parquet");
        var job = await server.EndOfAsync(
            await server.Client.IngestAsync(new("fails"), new() { Files = [broken] }, Ct),
            Ct
        );

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("is not a Parquet file", job.Error, StringComparison.Ordinal);
        Assert.Equal(
            RefusalKind.NotFound,
            (await Assert.ThrowsAsync<RefusalException>(() => server.Client.DatasetAsync(new("fails"), Ct))).Kind
        );
        Assert.Equal(1, (await IngestAsync("fails", "good.csv", "a,b\n1,2\n", null)).Version.Value);
    }

    [Fact]
    public async Task A_second_ingestion_at_once_is_refused_and_the_same_again_is_the_same_job()
    {
        var other = server.Write("other.csv", "a,b\n1,x\n");
        var file = server.Write(
            "slow.csv",
            "a,b\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},x\n"))
        );
        var job = await server.Client.IngestAsync(new("busy"), new() { Files = [file] }, Ct);
        var refused = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.IngestAsync(new("busy"), new() { Files = [other] }, Ct)
        );
        var same = await server.Client.IngestAsync(new("busy"), new() { Files = [file] }, Ct);

        Assert.Equal(job.Id, same.Id);
        Assert.Equal(RefusalKind.Conflict, refused.Kind);
        Assert.Contains(job.Id.Value, refused.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await server.EndOfAsync(job, Ct)).State);
    }

    [Fact]
    public async Task A_file_from_another_machine_is_uploaded_and_ingested_by_its_name()
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes("a,b\n1,2\n"));
        var upload = await server.Client.UploadAsync("far.csv", content, Ct);
        var done = await server.IngestAsync("far", new() { Files = [upload.Name] }, Ct);

        Assert.Equal((8L, 1L), (upload.Bytes, done.Rows));
        var sources = (await server.Client.DatasetVersionAsync(new("far"), new(1), Ct)).Sources;
        Assert.Equal(("far.csv", upload.Sha256), (sources[0].Name, sources[0].Sha256));
        await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.IngestAsync(new("far"), new() { Files = ["../millrace.db"] }, Ct)
        );
    }

    [Fact]
    public async Task Folders_and_globs_are_ingested_in_the_order_of_their_names()
    {
        server.Write("days/2.csv", "a,b\n2,x\n");
        server.Write("days/1.csv", "a,b\n1,x\n");
        server.Write("days/readme.md", "no data");
        var folder = Path.Combine(server.Folder, "files", "days");

        Assert.Equal(2, (await server.IngestAsync("days", new() { Files = [folder] }, Ct)).Rows);
        Assert.Equal(2, (await server.IngestAsync("glob", new() { Files = [Path.Combine(folder, "*.csv")] }, Ct)).Rows);
        var refused = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.IngestAsync(new("none"), new() { Files = [Path.Combine(folder, "*.parquet")] }, Ct)
        );
        Assert.Contains("No file matches", refused.Message, StringComparison.Ordinal);
    }

    private Task<IngestView> IngestAsync(string dataset, string name, string text, ContractWire? contract) =>
        server.IngestAsync(
            dataset,
            new()
            {
                Files = [server.Write(name, text)],
                Contract = contract,
                Reason = "test",
            },
            Ct
        );

    private Task<TableView> QueryAsync(string sql) => server.Client.QueryAsync(new(sql), Ct);
}
