using Millrace.Engine.Predictions;
using Xunit;

namespace Millrace.Server.Tests.Monitoring;

public sealed class PredictionLogTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_kept_is_found_newest_first()
    {
        await using var log = await OpenAsync(1 << 20);

        await KeepAsync(log, 1, 100);

        Assert.Equal([100, 98, 96], log.Numbers("even", 3, Ct));
        Assert.Equal(50, log.Numbers("odd", 1000, Ct).Count);
        Assert.Empty(log.Numbers("other", 10, Ct));
    }

    [Fact]
    public async Task Another_start_goes_on_where_the_last_one_ended()
    {
        await using var log = await OpenAsync(1 << 20);
        await KeepAsync(log, 1, 10);
        await log.CloseAsync(Ct);

        await log.OpenAsync(Ct);
        await KeepAsync(log, 11, 20);

        Assert.Equal([20, 18, 16, 14, 12, 10, 8, 6, 4, 2], log.Numbers("even", 1000, Ct));
        Assert.Single(log.Files.Segments());
    }

    [Fact]
    public async Task A_full_segment_is_followed_by_another()
    {
        await using var log = await OpenAsync(2048);

        for (var i = 1; i <= 200; i++)
        {
            Assert.True(await log.KeepAsync(i));
        }

        Assert.True(log.Files.Segments().Count > 5, $"{log.Files.Segments().Count} segments");
        Assert.Equal(Enumerable.Range(1, 100).Select(i => 201 - (2 * i)), log.Numbers("odd", 1000, Ct));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    [InlineData(100)]
    public async Task What_a_crash_tore_off_is_cut_and_all_before_it_stays(int torn)
    {
        await using var log = await OpenAsync(1 << 20);
        await KeepAsync(log, 1, 10);
        await log.CloseAsync(Ct);
        var path = log.Files.Segment(log.Files.Segments()[0]);
        await using (var file = File.OpenWrite(path))
        {
            file.SetLength(file.Length - torn);
        }

        await log.OpenAsync(Ct);
        await KeepAsync(log, 12, 12);

        Assert.Equal([12, 8, 6, 4, 2], log.Numbers("even", 1000, Ct));
        Assert.Equal([9, 7, 5, 3, 1], log.Numbers("odd", 1000, Ct));
    }

    [Fact]
    public async Task A_flipped_bit_at_the_end_cuts_that_record_only()
    {
        await using var log = await OpenAsync(1 << 20);
        await KeepAsync(log, 1, 10);
        await log.CloseAsync(Ct);
        var path = log.Files.Segment(log.Files.Segments()[0]);
        var bytes = await File.ReadAllBytesAsync(path, Ct);
        bytes[^20] ^= 4;
        await File.WriteAllBytesAsync(path, bytes, Ct);

        await log.OpenAsync(Ct);

        Assert.Equal([8, 6, 4, 2], log.Numbers("even", 1000, Ct));
        Assert.Equal([9, 7, 5, 3, 1], log.Numbers("odd", 1000, Ct));
    }

    [Fact]
    public async Task Space_that_was_written_ahead_holds_no_records()
    {
        await using var log = await OpenAsync(16 << 20);
        await KeepAsync(log, 1, 10);
        var copy = log.Files.Segment(99);

        // What a kill leaves: the segment as it lies, with its zeros.
        File.Copy(log.Files.Segment(1), copy);

        Assert.True(new FileInfo(copy).Length > 1 << 20);
        var valid = SegmentReader.ValidLength(copy);
        Assert.InRange(valid, 1000, 2000);
        // It is told of as torn only where something was.
        Assert.Equal(0, SegmentReader.TornLength(copy, valid));
        await using (var file = File.OpenWrite(copy))
        {
            file.Position = valid + 70_000;
            file.WriteByte(1);
        }

        Assert.Equal(70_001, SegmentReader.TornLength(copy, valid));
    }

    [Fact]
    public async Task When_the_disk_fails_predictions_are_refused_until_it_is_back()
    {
        await using var log = await OpenAsync(2048);
        await KeepAsync(log, 1, 10);
        // The folder is gone, and a file stands in its place: no further segment can be made.
        var aside = log.Files.Root + ".aside";
        Directory.Move(log.Files.Root, aside);
        await File.WriteAllTextAsync(log.Files.Root, "in the way", Ct);

        var refused = new List<bool>();
        for (var i = 11; i <= 60; i++)
        {
            refused.Add(!await log.KeepAsync(i));
        }

        Assert.True(refused[^1]);
        File.Delete(log.Files.Root);
        Directory.Move(aside, log.Files.Root);
        Assert.True(await log.KeepAsync(62));
        Assert.Equal(62, log.Numbers("even", 1, Ct)[0]);
        Assert.Equal(
            Enumerable.Range(1, 60).Where(i => i <= 10 || !refused[i - 11]).Append(62).Count(i => i % 2 == 0),
            log.Numbers("even", 1000, Ct).Count
        );
    }

    [Fact]
    public async Task Compaction_moves_every_record_once_and_later_ones_stay_in_front()
    {
        await using var log = await OpenAsync(4096);
        await KeepAsync(log, 1, 300);

        await log.CompactAsync(Ct);
        await KeepAsync(log, 301, 310);

        Assert.Equal(Enumerable.Range(1, 155).Select(i => 312 - (2 * i)), log.Numbers("even", 1000, Ct));
        Assert.Single(log.Files.Segments());
        Assert.Equal([310, 308, 306, 304, 302, 300, 298], log.Numbers("even", 7, Ct));
    }

    [Fact]
    public async Task A_compaction_that_was_killed_before_it_deleted_the_segment_counts_nothing_twice()
    {
        await using var log = await OpenAsync(1 << 20);
        await KeepAsync(log, 1, 20);
        await log.CloseAsync(Ct);
        var path = log.Files.Segment(1);
        var segment = await File.ReadAllBytesAsync(path, Ct);
        await log.OpenAsync(Ct);
        await log.CompactAsync(Ct);
        await log.CloseAsync(Ct);

        // As the kill leaves it: the Parquet files are there, and the segment still is.
        await File.WriteAllBytesAsync(path, segment, Ct);
        await log.OpenAsync(Ct);

        Assert.Equal(10, log.Numbers("even", 1000, Ct).Count);
        await KeepAsync(log, 21, 22);
        await log.CompactAsync(Ct);
        Assert.Equal(11, log.Numbers("even", 1000, Ct).Count);
        Assert.Equal(11, log.Numbers("odd", 1000, Ct).Count);
        Assert.Empty(log.Files.Segments());
    }

    private static async Task<LogFixture> OpenAsync(int segmentBytes)
    {
        var log = new LogFixture(segmentBytes);
        await log.OpenAsync(Ct);
        return log;
    }

    private static async Task KeepAsync(LogFixture log, int first, int last)
    {
        var kept = Enumerable.Range(first, last - first + 1).Select(log.KeepAsync).ToList();
        Assert.All(await Task.WhenAll(kept), Assert.True);
    }
}
