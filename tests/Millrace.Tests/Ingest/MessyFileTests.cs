using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Testing;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>Hostile files from the wild: each loads right, or is refused with the setting that makes it load.</summary>
public sealed class MessyFileTests : IDisposable
{
    private readonly IngestBench bench = new();

    [Theory]
    [InlineData("mt_characters.csv", 382, 18, "id", "read as big5")]
    [InlineData("mt_complex.csv", 3, 4, "date", "blanks around the fields were taken off")]
    [InlineData("mt_example.tsv", 140, 17, "hour", null)]
    [InlineData("mt_long.csv", 4000, 1, "column1", "set header to true")]
    [InlineData("mt_null.csv", 10, 4, "column1", "set header to true")]
    [InlineData("mt_null.csv", 10, 4, "column1", "2 columns (column2, column4) are text because of 'null' in them")]
    [InlineData("mt_skip_initials.csv", 2, 2, "field1", "taken for the header")]
    [InlineData("mt_spanish_chars.csv", 116, 8, "GF_ID", "read as iso-8859-1")]
    [InlineData("mt_sparse_with_column_errors.csv", 2237, 4, "LP", "'' is column4")]
    [InlineData("mt_utf-16le_encoded.csv", 327, 19, "Organisation_code", null)]
    [InlineData("hospital.csv", 1000, 19, "ProviderNumber", null)]
    public async Task A_messy_file_loads_whole(string name, long rows, int columns, string first, string? notice)
    {
        var report = await bench.RunAsync(SharedData.Require($"messy/{name}"));
        Assert.Equal((rows, rows, 0), (report.RowsIn, report.RowsAccepted, report.RowsQuarantined));
        Assert.Equal((columns, first), (report.Schema.Count, report.Schema[0].Name));
        Assert.True(
            notice is null || report.Notices.Any(n => n.Contains(notice, StringComparison.Ordinal)),
            string.Join('\n', report.Notices)
        );
    }

    [Theory]
    [InlineData(
        "mt_begrotingsanalyse-2011.csv",
        "line 1 does not look like the header",
        "skip_rows to 8 and header to false",
        8,
        false,
        35,
        20
    )]
    [InlineData("mt_excel_pasting.csv", "line 1 does not look like the header", "skip_rows to 3", 3, null, 17, 9)]
    [InlineData("mt_mixedGLB.csv", "line 1 does not look like the header", "skip_rows to 3", 3, null, 133, 19)]
    [InlineData(
        "mt_weird_head_padding.csv",
        "line 3 does not look like the header",
        "skip_rows to 11",
        11,
        null,
        76,
        11
    )]
    [InlineData("mt_utf8bom.csv", "has one line only", "set header to false", 0, false, 1, 2)]
    public async Task A_refused_file_loads_with_the_setting_that_the_message_names(
        string name,
        string why,
        string remedy,
        int skipRows,
        bool? header,
        long rows,
        int columns
    )
    {
        var file = SharedData.Require($"messy/{name}");
        var refused = await Assert.ThrowsAsync<RefusalException>(() => bench.RunAsync(file));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);

        var report = await bench.RunAsync(
            new Contract(),
            new ReadOptions { SkipRows = skipRows, Header = header },
            file
        );
        Assert.Equal((rows, columns), (report.RowsIn, report.Schema.Count));
        Assert.Equal(report.RowsIn, report.RowsAccepted + report.RowsQuarantined);
    }

    [Theory]
    [InlineData("adult.csv.gz", 32_561, "age:Int64 workclass:String fnlwgt:Int64")]
    [InlineData("bank_marketing.csv.gz", 41_188, "age:Int64 job:String marital:String")]
    [InlineData("telco_churn.csv.gz", 7_043, "customerID:String gender:String SeniorCitizen:Int64")]
    [InlineData("online_retail.csv.gz", 171_999, "InvoiceNo:String StockCode:String Description:String")]
    [InlineData("movietweetings_ratings.csv.gz", 141_695, "user_id:Int64 movie_id:String rating:Int64")]
    [InlineData("movietweetings_movies.csv.gz", 12_611, "movie_id:String title:String genres:String")]
    [InlineData("registrations.csv.gz", 20_000, "ip_address:String email_address:String EVENT_TIMESTAMP:Timestamp")]
    public async Task Real_data_loads_without_a_setting(string name, long rows, string firstColumns)
    {
        var report = await bench.RunAsync(SharedData.Require(name));
        Assert.Equal((rows, rows), (report.RowsIn, report.RowsAccepted));
        Assert.Equal(firstColumns, string.Join(' ', report.Schema.Take(3).Select(c => $"{c.Name}:{c.Type}")));
    }

    [Fact]
    public async Task Blank_cells_of_a_number_column_are_missing()
    {
        var report = await bench.RunAsync(SharedData.Require("telco_churn.csv.gz"));
        Assert.Equal(11, report.Profile.Single(p => p.Name is "TotalCharges").Nulls);
    }

    public void Dispose() => bench.Dispose();
}
