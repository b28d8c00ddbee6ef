using System.CommandLine;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Ingest;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;

namespace Millrace.Cli;

internal static class DataIngestCommand
{
    private static readonly Argument<string> Dataset = new("DATASET") { Description = "The dataset's name." };

    private static readonly Argument<string[]> Files = new("FILE")
    {
        Description = "Files, folders or globs: CSV (plain or gzip), JSON lines, Parquet.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Loop = new("--contract")
    {
        Description =
            "A loop.yaml, or a file with a contract only, that the rows must meet [default: that of the dataset's newest version].",
    };

    private static readonly Option<string?> Format = new("--format")
    {
        Description = "csv, json_lines or parquet [default: found out].",
    };

    private static readonly Option<string?> Delimiter = new("--delimiter")
    {
        Description = "What stands between fields; 'tab' for a tab [default: found out].",
    };

    private static readonly Option<bool?> Header = new("--header")
    {
        Description = "true or false: whether the first line names the columns [default: found out].",
        Arity = ArgumentArity.ExactlyOne,
    };

    private static readonly Option<int?> SkipRows = new("--skip-rows")
    {
        Description = "How many lines stand before the header [default: 0, and what looks otherwise is refused].",
    };

    private static readonly Option<string?> Encoding = new("--encoding")
    {
        Description = "For instance utf-8, windows-1252, big5 [default: found out].",
    };

    private static readonly Option<bool?> Trim = new("--trim")
    {
        Description = "Take blanks off the fields [default: where all have them].",
    };

    private static readonly Option<string[]> Null = new("--null")
    {
        Description = "A text that means missing; may be given several times.",
    };

    private static readonly Option<string?> Reason = new("--reason") { Description = "Why, for the audit log." };

    public static Command Create() =>
        new Command("ingest", "Take files in as the next version of a dataset.")
        {
            Dataset,
            Files,
            Loop,
            Format,
            Delimiter,
            Header,
            SkipRows,
            Encoding,
            Trim,
            Null,
            Reason,
        }
            .Does(RunAsync)
            .Example(
                "millrace data ingest ratings ratings.csv",
                "millrace data ingest ratings days/*.csv.gz --contract loop.yaml --json"
            );

    private static async Task RunAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var dataset = DatasetName.Parse(parsed.GetValue(Dataset)!, null);
        var files = ExpandFiles.Run(parsed.GetValue(Files)!, Directory.GetCurrentDirectory());
        var request = new IngestRequest
        {
            Files = session.SharesFiles ? files : await UploadAsync(session.Client, files, output, ct),
            Contract = await ContractAsync(parsed.GetValue(Loop), ct),
            Read = new ReadOptionsWire
            {
                Format = parsed.GetValue(Format),
                Delimiter = parsed.GetValue(Delimiter),
                Header = parsed.GetValue(Header),
                SkipRows = parsed.GetValue(SkipRows),
                Encoding = parsed.GetValue(Encoding),
                Trim = parsed.GetValue(Trim),
                NullValues = parsed.GetValue(Null) ?? [],
            },
            Reason = parsed.GetValue(Reason) ?? "",
        };
        var job = await session.Client.IngestAsync(dataset, request, ct);
        var done = await WaitFor.JobAsync<IngestView>(session.Client, job, output, ct);
        output.Result(
            new
            {
                dataset = done.Dataset,
                version = done.Version.Value,
                done.Hash,
                done.Rows,
                done.RowsAdded,
                done.Quarantined,
                done.Seconds,
            },
            () => Tell(done, output)
        );
    }

    private static void Tell(IngestView done, Output output)
    {
        foreach (var notice in done.Notices)
        {
            output.Line($"[yellow]{notice}[/]");
        }

        if (!done.Added)
        {
            output.Line($"Nothing was new: [bold]{done.Dataset}[/] stays at version {done.Version}.");
            return;
        }

        var all = done.Rows > done.RowsAdded ? $", {Output.Count(done.Rows)} in all" : "";
        output.Line(
            $"[bold]{done.Dataset}[/] version {done.Version}: {Output.Count(done.RowsAdded, "row")} in {done.Seconds:0.0} s{all}, hash {Output.Short(done.Hash)}"
        );
        if (done.Quarantined > 0)
        {
            output.Line(
                $"[yellow]{Output.Count(done.Quarantined)} of {Output.Count(done.RowsAdded + done.Quarantined, "row")} broke the contract: millrace data quarantine {done.Dataset}[/]"
            );
        }
    }

    private static async Task<IReadOnlyList<string>> UploadAsync(
        MillraceClient client,
        IReadOnlyList<string> files,
        Output output,
        CancellationToken ct
    )
    {
        var names = new List<string>();
        foreach (var file in files)
        {
            output.Line($"Sending {Path.GetFileName(file)}");
            await using var content = File.OpenRead(file);
            names.Add((await client.UploadAsync(Path.GetFileName(file), content, ct)).Name);
        }

        return names;
    }

    private static async Task<ContractWire?> ContractAsync(string? given, CancellationToken ct)
    {
        ContractWire? contract = null;
        if (given is not null)
        {
            await LoopFile.UseAsync(
                given,
                file =>
                {
                    contract = ContractMapping.ToWire(LoopReader.ReadContract(file.Yaml));
                    return Task.CompletedTask;
                },
                ct
            );
        }

        return contract;
    }
}
