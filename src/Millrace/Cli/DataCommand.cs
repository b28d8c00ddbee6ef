using System.CommandLine;
using System.Globalization;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

internal static class DataCommand
{
    /// <summary>Versions that are shown beneath the columns.</summary>
    private const int Listed = 10;

    private static readonly Argument<string> Dataset = new("DATASET") { Description = "The dataset's name." };

    private static readonly Argument<string> Sql = new("SQL")
    {
        Description =
            "A SELECT in DuckDB's dialect. A dataset is a table of its name; \"name@3\" is its third version.",
    };

    private static readonly Option<int?> Version = new("--version", "-v")
    {
        Description = "Which version [default: the newest].",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "How many rows.",
        DefaultValueFactory = _ => 20,
    };

    private static readonly Option<int> QueryLimit = new("--limit")
    {
        Description = "How many rows.",
        DefaultValueFactory = _ => 1000,
    };

    private static readonly Option<FileInfo?> To = new("--to")
    {
        Description = "Write all quarantined rows to this file as CSV.",
    };

    public static Command Create() =>
        new Command("data", "Take data in, and look at it.")
        {
            DataIngestCommand.Create(),
            new Command("list", "Show all datasets.").Does(ListAsync).Example("millrace data list"),
            new Command("show", "Show a dataset's versions, and the columns of one of them.") { Dataset, Version }
                .Does(ShowAsync)
                .Example("millrace data show movie-night", "millrace data show movie-night --version 1 --json"),
            new Command("quarantine", "Show the rows that broke the contract.") { Dataset, Version, Limit, To }
                .Does(QuarantineAsync)
                .Example(
                    "millrace data quarantine movie-night",
                    "millrace data quarantine movie-night --version 1 --to broken.csv"
                ),
            new Command("query", "Ask datasets a question in SQL.") { Sql, QueryLimit }
                .Does(QueryAsync)
                .Example(
                    "millrace data query 'select count(*) from \"movie-night\"'",
                    "millrace data query 'select * from \"movie-night@1\"' --limit 5 --json"
                ),
        }.Example("millrace data ingest ratings ratings.csv", "millrace data list");

    private static async Task ListAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var datasets = await session.Client.DatasetsAsync(ct);
        output.Result(
            datasets,
            () =>
                Output.Table(
                    ["Dataset", "Version#", "Rows#", "Columns#", "Quarantined#", "Hash", "Created"],
                    datasets.Select(d =>
                        (IReadOnlyList<string>)
                            [
                                d.Name.Value,
                                d.Version.ToString(),
                                Output.Count(d.Rows),
                                Output.Count(d.Columns),
                                Output.Count(d.Quarantined),
                                Output.Short(d.Hash),
                                Output.Moment(d.CreatedAt),
                            ]
                    ),
                    "There is no dataset yet: millrace data ingest NAME FILE"
                )
        );
    }

    private static async Task ShowAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var dataset = DatasetName.Parse(parsed.GetValue(Dataset)!, null);
        var versions = await session.Client.DatasetAsync(dataset, ct);
        var number = NumberOf(parsed) ?? versions.Versions[0].Number;
        var version = await session.Client.DatasetVersionAsync(dataset, number, ct);
        output.Result(
            version,
            () =>
            {
                output.Line(
                    $"[bold]{dataset}[/] version {number} of {versions.Versions.Count}: {Output.Count(version.Rows, "row")}, {Output.Count(version.Quarantined)} in quarantine, hash {Output.Short(version.Hash)}"
                );
                foreach (var notice in version.Notices)
                {
                    output.Line($"[yellow]{notice}[/]");
                }

                Output.Table(
                    ["Column", "Type", "Missing#", "Distinct (est.)#", "Smallest", "Largest", "Mean#", "Most frequent"],
                    version.Columns.Select(Cells)
                );
                if (NumberOf(parsed) is null && versions.Versions.Count > 1)
                {
                    output.Line($"");
                    Output.Table(["Version#", "Rows#", "New#", "Quarantined#", "Hash", "Created"], Past(versions));
                    if (versions.Versions.Count > Listed)
                    {
                        output.Line($"The newest {Listed} of {Output.Count(versions.Versions.Count)}.");
                    }
                }
            }
        );
    }

    private static IEnumerable<IReadOnlyList<string>> Past(DatasetView dataset) =>
        dataset
            .Versions.Take(Listed)
            .Select(v =>
                (IReadOnlyList<string>)
                    [
                        v.Number.ToString(),
                        Output.Count(v.Rows),
                        Output.Count(v.RowsAdded),
                        Output.Count(v.Quarantined),
                        Output.Short(v.Hash),
                        Output.Moment(v.CreatedAt),
                    ]
            );

    private static IReadOnlyList<string> Cells(ColumnView column) =>
        [
            column.Name,
            column.Type,
            Output.Count(column.Nulls),
            Output.Count(column.DistinctEstimate),
            Cut(column.Min),
            Cut(column.Max),
            column.Type is "int32" or "int64" or "double" ? Output.Score(column.Mean) : "",
            column.Top.Count == 0 || column.Top[0].Count == 1
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"{Cut(column.Top[0].Value)} ({column.Top[0].Count:N0})"),
        ];

    private static async Task QuarantineAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var dataset = DatasetName.Parse(parsed.GetValue(Dataset)!, null);
        var number = NumberOf(parsed) ?? (await session.Client.DatasetAsync(dataset, ct)).Versions[0].Number;
        if (parsed.GetValue(To) is { } file)
        {
            // Beside it first: what cannot be had must not empty a file that is there.
            var part = file.FullName + ".part";
            if (Directory.Exists(file.FullName))
            {
                throw Refusal.Invalid($"{file} is a folder: name a file in it.");
            }

            try
            {
                await using (var to = File.Create(part))
                {
                    await session.Client.DownloadQuarantineAsync(dataset, number, to, ct);
                }

                File.Move(part, file.FullName, overwrite: true);
            }
            catch (DirectoryNotFoundException)
            {
                throw Refusal.Invalid($"There is no folder {file.DirectoryName}: make it first.");
            }
            catch (Exception ex) when (ex is UnauthorizedAccessException or IOException and not HttpIOException)
            {
                throw Refusal.Invalid($"{file} cannot be written ({ex.Message.TrimEnd('.')}): name another file.");
            }
            finally
            {
                if (File.Exists(part))
                {
                    File.Delete(part);
                }
            }

            output.Result(
                new
                {
                    dataset,
                    version = number,
                    file = file.FullName,
                },
                () => output.Line($"Written to {file}.")
            );
            return;
        }

        var page = await session.Client.QuarantineAsync(dataset, number, parsed.GetValue(Limit), 0, ct);
        output.Result(
            page,
            () =>
            {
                output.Line(
                    $"{Output.Count(page.Total, "row")} of {dataset} version {number} {(page.Total == 1 ? "is" : "are")} in quarantine."
                );
                if (page.Items.Count > 0)
                {
                    Output.Table(
                        ["File", "Row#", "Line#", "Broke", "Row as it was"],
                        page.Items.Select(r =>
                            (IReadOnlyList<string>)
                                [r.File, Output.Count(r.Row), Output.Count(r.Line), r.Reason, Cut(r.Raw, 100)]
                        )
                    );
                }
            }
        );
    }

    private static async Task QueryAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var table = await session.Client.QueryAsync(
            new QueryRequest(parsed.GetValue(Sql)!, parsed.GetValue(QueryLimit)),
            ct
        );
        output.Result(
            table,
            () =>
            {
                Output.Table(
                    [.. table.Columns.Select(c => new Heading(c.Name, c.Type is "int32" or "int64" or "double"))],
                    table.Rows.Select(r => (IReadOnlyList<string>)[.. r.Select(cell => Cut(cell.ToString()))])
                );
                if (table.Truncated)
                {
                    output.Line($"[yellow]There are more rows: raise --limit.[/]");
                }
            }
        );
    }

    private static VersionNumber? NumberOf(ParseResult parsed) =>
        parsed.GetValue(Version) is { } number
            ? VersionNumber.Parse(number.ToString(CultureInfo.InvariantCulture), null)
            : null;

    private static string Cut(string? text, int length = 40) =>
        text is null ? ""
        : text.Length <= length ? text.ReplaceLineEndings(" ")
        : text[..(length - 1)].ReplaceLineEndings(" ") + "…";
}
