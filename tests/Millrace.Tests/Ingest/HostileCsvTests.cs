using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>Random CSV with everything in it that goes wrong: no row may be lost, and both ways of reading must agree.</summary>
public sealed class HostileCsvTests : IDisposable
{
    private const int Files = 24;
    private readonly IngestBench bench = new();

    private static readonly Gen<string> Plain = Gen.Elements(
        "1",
        "-2",
        "30",
        "4.5",
        "abc",
        "x y",
        "2020-01-31",
        "2020-01-31 10:00:00",
        "true",
        "",
        "7",
        "8",
        "9",
        "é",
        "日本"
    );

    private static readonly Gen<string> Nasty = Gen.Elements(
        "007",
        "1_000",
        "1e5",
        " 12",
        "+5",
        "\"quoted\"",
        "\"a,b\"",
        "\"two\nlines\"",
        "\"say \"\"hi\"\"\"",
        "5\" pipe",
        "\"open",
        "\"closed\"tail",
        "\"blank\" ",
        "2020-02-30",
        "nan",
        "inf",
        "99999999999999999999",
        "\"\"",
        "NA",
        " ",
        "2020-01-31T10:00:00+02:00",
        "\r",
        "a\rb"
    );

    [Fact]
    public async Task Rows_in_are_rows_accepted_and_rows_quarantined()
    {
        var seen = (Fast: 0, Refused: 0, Quarantined: 0L);
        var texts = Gen.Sample(File(nastiness: 3), Files).Concat(Gen.Sample(File(nastiness: 0), Files / 2));
        foreach (var text in texts)
        {
            // The next run draws others: what a failure was seen with is told.
            TestContext.Current.TestOutputHelper?.WriteLine(JsonSerializer.Serialize(text));
            seen = await CheckAsync(text, seen);
        }

        Assert.True(seen.Fast > 3, $"Only {seen.Fast} files went the fast way.");
        Assert.True(seen.Quarantined > 5, $"Only {seen.Quarantined} rows were quarantined.");
        Assert.True(seen.Refused < Files, $"{seen.Refused} files were refused.");
    }

    private async Task<(int Fast, int Refused, long Quarantined)> CheckAsync(
        string text,
        (int Fast, int Refused, long Quarantined) seen
    )
    {
        var contract = new Contract
        {
            Columns =
            [
                new()
                {
                    Name = "n",
                    Type = ColumnType.Int64,
                    Max = 1000,
                },
            ],
        };
        var file = bench.Write("hostile.csv", text);
        IngestReport fast;
        List<string> fastRows,
            fastQuarantine;
        try
        {
            bench.Log.Clear();
            fast = await bench.RunAsync(Spec());
            fastRows = [.. bench.Rows()];
            fastQuarantine = fast.RowsQuarantined > 0 ? [.. bench.Quarantine()] : [];
        }
        catch (RefusalException)
        {
            await Assert.ThrowsAsync<RefusalException>(() => bench.RunAsync(Spec(), carefulOnly: true));
            return seen with { Refused = seen.Refused + 1 };
        }

        Assert.Equal(ReferenceCount(text), fast.RowsIn);
        Assert.Equal(fast.RowsIn, fast.RowsAccepted + fast.RowsQuarantined);
        Assert.Equal(fast.RowsAccepted, fastRows.Count);
        Assert.Equal(fast.RowsQuarantined, fastQuarantine.Count);

        var careful = await bench.RunAsync(Spec(), carefulOnly: true);
        Assert.Equal(careful.Schema, fast.Schema);
        Assert.Equal(bench.Rows(), fastRows);
        Assert.Equal(careful.RowsQuarantined > 0 ? bench.Quarantine() : [], fastQuarantine);
        return (seen.Fast + (bench.Log.Count == 0 ? 1 : 0), seen.Refused, seen.Quarantined + fast.RowsQuarantined);

        IngestSpec Spec() =>
            new()
            {
                Files = [file],
                Contract = contract,
                Read = new ReadOptions
                {
                    Delimiter = ',',
                    Header = true,
                    SkipRows = 0,
                    Trim = false,
                    NullValues = ["NA"],
                },
                OutputFolder = bench.NextOutput(),
            };
    }

    /// <summary>Records after the header, read one character at a time: the plainest reader that can be written.</summary>
    private static long ReferenceCount(string text)
    {
        long records = 0;
        var at = 0;
        while (at < text.Length)
        {
            var end = EndOfRecord(text, at);
            if (text[at..end] is not ("\n" or "\r\n"))
            {
                records++;
            }

            at = end;
        }

        return records - 1;
    }

    private static int EndOfRecord(string text, int start)
    {
        var quoted = false;
        var fieldStart = start;
        for (var i = start; i < text.Length; i++)
        {
            if (quoted)
            {
                if (text[i] == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    i++;
                }
                else if (text[i] == '"')
                {
                    quoted = false;
                    fieldStart = -1;
                }
            }
            else if (text[i] == '"' && i == fieldStart)
            {
                quoted = true;
            }
            else if (text[i] == ',')
            {
                fieldStart = i + 1;
            }
            else if (text[i] == '\n')
            {
                return i + 1;
            }
        }

        if (!quoted)
        {
            return text.Length;
        }

        // The quote never closes: the line alone is the record.
        var line = text.IndexOf('\n', start);
        return line < 0 ? text.Length : line + 1;
    }

    private static Gen<string> File(int nastiness)
    {
        var cell = Gen.Frequency((100 - nastiness, Plain), (nastiness, Nasty));
        var number = Gen.Frequency(
            (
                100 - nastiness,
                Gen.Choose(-5, 900).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))
            ),
            (nastiness, Nasty)
        );
        var fields = Gen.Frequency((100 - nastiness, Gen.Constant(4)), (nastiness, Gen.Choose(0, 6)));
        var row =
            from n in number
            from count in fields
            from cells in cell.ListOf(count)
            select string.Join(',', new[] { n }.Concat(cells).Take(Math.Max(1, count)));
        return from rows in Gen.Choose(2, 40).SelectMany(n => row.ListOf(n))
            from crlf in Gen.Elements(true, false)
            from trailing in Gen.Elements(true, false)
            let end = crlf ? "\r\n" : "\n"
            select new StringBuilder("n,a,b,c")
                .Append(end)
                .Append(string.Join(end, rows))
                .Append(trailing ? end : "")
                .ToString();
    }

    public void Dispose() => bench.Dispose();
}
