using System.Text;
using Millrace.Engine.Declarations;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>Text that is not what it began as: another encoding, damaged bytes, a line without an end.</summary>
public sealed class DamagedTextTests : IDisposable
{
    private readonly IngestBench bench = new();

    [Fact]
    public async Task Bytes_that_stop_being_UTF8_far_into_a_file_change_how_it_is_read()
    {
        var ascii = string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i},plain text\n"));
        byte[] latin =
        [
            .. "a,b\n"u8,
            .. Encoding.ASCII.GetBytes(ascii),
            .. Encoding.Latin1.GetBytes(
                string.Concat(
                    Enumerable
                        .Repeat("1,Señor Nuñez está en España, ¿verdad?\n", 1)
                        .Select(s => s.Replace(", ", " ", StringComparison.Ordinal))
                )
            ),
        ];
        var report = await bench.RunAsync(bench.Write("late.csv", latin));

        Assert.Equal(0, report.RowsQuarantined);
        Assert.Contains("España", bench.Rows()[^1], StringComparison.Ordinal);
        Assert.Contains(report.Notices, n => n.Contains("not UTF-8", StringComparison.Ordinal));
    }

    /// <param name="ascii">Lines before the first character that tells encodings apart; many put it beyond what is looked at first.</param>
    [Theory]
    [InlineData(1, null)]
    [InlineData(1, "utf-8")]
    [InlineData(400_000, null)]
    [InlineData(400_000, "utf-8")]
    public async Task A_line_that_is_no_UTF8_is_quarantined_where_the_file_is(int ascii, string? encoding)
    {
        byte[] damaged =
        [
            .. "a,b\n"u8,
            .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("1,plain text\n", ascii))),
            .. Encoding.Latin1.GetBytes("2,naïve\n"),
            .. "3,café\n4,crème\n"u8,
        ];
        var report = await bench.RunAsync(
            new Contract(),
            new ReadOptions { Encoding = encoding },
            bench.Write("damaged.csv", damaged)
        );

        Assert.Empty(report.Notices);
        Assert.Equal(["3|café", "4|crème"], bench.Rows().TakeLast(2));
        Assert.Contains("encoding", Assert.Single(bench.Quarantine()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_longer_than_any_row_may_be_is_one_row_in_quarantine()
    {
        var report = await bench.RunAsync(
            bench.Write("long.csv", "a,b\n1,x\n2," + new string('y', 40_000_000) + "\n3,z\n")
        );

        Assert.Equal((3, 2, 1), (report.RowsIn, report.RowsAccepted, report.RowsQuarantined));
        Assert.Equal(["1|x", "3|z"], bench.Rows());
        Assert.StartsWith(
            "2|long.csv|3|∅|length|length|2,yyy",
            Assert.Single(bench.Quarantine()),
            StringComparison.Ordinal
        );
    }

    public void Dispose() => bench.Dispose();
}
