using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>What cannot be taken in is refused with the name of the file and what to do.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly IngestBench bench = new();

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n\n", "is empty")]
    [InlineData("a,b\n", "has one line only")]
    [InlineData("PK\u0003\u0004....", "zip archive or Excel workbook")]
    [InlineData("a,b\0\u0001\u0002\u0003,c", "is not text")]
    [InlineData("[{\"a\":1}]", "one JSON array")]
    [InlineData("Title\n\nid,name,age,city\n1,a,2,x\n2,b,3,y\n", "set skip_rows to 2")]
    public async Task A_file_that_cannot_be_read_is_refused(string text, string message) =>
        await RefusedAsync(message, "x.json", () => bench.RunAsync(bench.Write("x.json", text)));

    [Fact]
    public async Task A_file_that_is_not_there_is_refused() =>
        await RefusedAsync("does not exist", "no.csv", () => bench.RunAsync(Path.Combine(bench.Folder, "no.csv")));

    [Fact]
    public async Task A_pipe_is_refused_instead_of_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such pipes.");
        var pipe = Path.Combine(bench.Folder, "pipe.csv");
        using var made = Process.Start("mkfifo", [pipe]);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);

        await RefusedAsync("If it is a pipe", "pipe.csv", () => bench.RunAsync(pipe));
    }

    [Fact]
    public async Task A_folder_is_refused() =>
        await RefusedAsync("is a folder", "", () => bench.RunAsync(bench.Folder));

    [Fact]
    public async Task Text_that_is_called_parquet_is_refused() =>
        await RefusedAsync(
            "is not a Parquet file",
            "x.parquet",
            () => bench.RunAsync(bench.Write("x.parquet", "a,b\n1,2\n"))
        );

    [Fact]
    public async Task Damaged_parquet_is_refused() =>
        await RefusedAsync(
            "is a damaged Parquet file",
            "x.parquet",
            () => bench.RunAsync(bench.Write("x.parquet", "PAR1 and no more"))
        );

    [Theory]
    [InlineData(10)]
    [InlineData(20_000)]
    public async Task A_gzip_file_is_read_to_its_end_whatever_it_is_made_of(int rows)
    {
        var (first, second) = (Zip("a,b\n", rows), Zip("", rows));
        byte[] damaged = [.. second];
        damaged[0] ^= 1;

        var whole = await bench.RunAsync(bench.Write("whole.csv.gz", [.. first, .. second]));
        var padded = await bench.RunAsync(bench.Write("padded.csv.gz", [.. first, .. new byte[30_000]]));

        Assert.Equal((2 * rows, rows), (whole.RowsAccepted, padded.RowsAccepted));
        foreach (var rest in new[] { damaged, Encoding.UTF8.GetBytes("7,8\n9,10\n") })
        {
            var file = bench.Write("cut.csv.gz", [.. first, .. rest]);
            await RefusedAsync("is a damaged gzip file", "cut.csv.gz", () => bench.RunAsync(file));
        }

        static byte[] Zip(string header, int rows)
        {
            using var zipped = new MemoryStream();
            using (var gzip = new GZipStream(zipped, CompressionMode.Compress, leaveOpen: true))
            {
                gzip.Write(
                    Encoding.UTF8.GetBytes(
                        header + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i},{i * 7919 % 1000}\n"))
                    )
                );
            }

            return zipped.ToArray();
        }
    }

    [Fact]
    public async Task A_gzip_file_that_breaks_off_is_refused()
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(
                Encoding.UTF8.GetBytes(
                    "a,b\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i},{i * 7919 % 1000}\n"))
                )
            );
        }

        var file = bench.Write("x.csv.gz", zipped.ToArray()[..^2000]);
        await RefusedAsync("is a damaged gzip file", "x.csv.gz", () => bench.RunAsync(file));
    }

    [Fact]
    public async Task A_column_that_is_not_there_is_named_with_the_nearest_one()
    {
        var contract = new Contract { Columns = [new() { Name = "raiting" }] };
        await RefusedAsync(
            "no column 'raiting', but the contract names it. Did you mean 'rating'?",
            "x.csv",
            () => bench.RunAsync(contract, bench.Write("x.csv", "user,rating\n1,2\n"))
        );
    }

    [Fact]
    public async Task A_later_file_without_a_column_is_refused() =>
        await RefusedAsync(
            "no column 'b', but the first file has it",
            "2.csv",
            () => bench.RunAsync(bench.Write("1.csv", "a,b\n1,2\n"), bench.Write("2.csv", "a,c\n1,2\n"))
        );

    [Fact]
    public async Task A_column_that_the_dataset_has_not_is_refused() =>
        await RefusedAsync(
            "has a column 'b' that the dataset has not",
            "x.csv",
            () =>
                bench.RunAsync(
                    new IngestSpec
                    {
                        Files = [bench.Write("x.csv", "a,b\n1,2\n")],
                        Schema = [new("a", ColumnType.Int64)],
                        OutputFolder = bench.NextOutput(),
                    }
                )
        );

    [Fact]
    public async Task A_wrong_delimiter_is_told_rather_than_all_rows_quarantined() =>
        await RefusedAsync(
            "do not",
            "",
            () =>
                bench.RunAsync(
                    new Contract { Columns = [new() { Name = "a" }] },
                    new ReadOptions { Delimiter = ';' },
                    bench.Write("x.csv", "a,b\n1,2\n")
                ),
            "no column 'a'"
        );

    [Fact]
    public async Task A_contract_that_every_row_breaks_is_refused_with_the_rule() =>
        await RefusedAsync(
            "all 2 rows break the contract: a range (2 rows)",
            "x.csv",
            () =>
                bench.RunAsync(
                    new Contract
                    {
                        Columns =
                        [
                            new()
                            {
                                Name = "a",
                                Type = ColumnType.Int32,
                                Max = 1,
                            },
                        ],
                    },
                    bench.Write("x.csv", "a,b\n5,2\n6,3\n")
                )
        );

    [Fact]
    public async Task One_row_that_breaks_the_contract_is_told_in_the_singular() =>
        await RefusedAsync(
            "its only row breaks the contract: a type (1 row)",
            "x.csv",
            () =>
                bench.RunAsync(
                    new Contract { Columns = [new() { Name = "a", Type = ColumnType.Int32 }] },
                    bench.Write("x.csv", "a,b\nfive,2\n")
                )
        );

    [Theory]
    [InlineData("klingon")]
    [InlineData("utf-7")]
    public async Task An_unknown_encoding_is_refused(string encoding) =>
        await RefusedAsync(
            $"'{encoding}' is not an encoding",
            "",
            () =>
                bench.RunAsync(
                    new Contract(),
                    new ReadOptions { Encoding = encoding },
                    bench.Write("x.csv", "a,b\n1,2\n")
                )
        );

    [Fact]
    public async Task A_range_on_text_is_refused() =>
        await RefusedAsync(
            "declare it int64 or double",
            "",
            () =>
                bench.RunAsync(
                    new Contract { Columns = [new() { Name = "a", Max = 1 }] },
                    bench.Write("x.csv", "a,b\nx,2\n")
                )
        );

    public void Dispose() => bench.Dispose();

    private static async Task RefusedAsync(
        string message,
        string file,
        Func<Task<IngestReport>> run,
        string? orMessage = null
    )
    {
        var refused = await Assert.ThrowsAsync<RefusalException>(run);
        Assert.Contains(orMessage ?? message, refused.Message, StringComparison.Ordinal);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }
}
