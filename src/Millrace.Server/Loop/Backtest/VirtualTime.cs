using System.Globalization;
using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.History;

namespace Millrace.Loop.Backtest;

/// <summary>
/// The steps in which a history is lived through. By event time, a step is a quarter of a day, so that
/// harm is answered within hours as it is live, or shorter where the history is short. Rows without a
/// time pass in blocks of equal size, and a block counts as a day.
/// </summary>
internal sealed class VirtualTime
{
    private const int FewestSteps = 50;

    private static readonly TimeSpan Usual = TimeSpan.FromHours(6);

    private static readonly TimeSpan[] Shorter =
    [
        TimeSpan.FromHours(3),
        TimeSpan.FromHours(1),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromSeconds(10),
        TimeSpan.FromSeconds(1),
    ];

    private readonly HistoryFile history;
    private readonly long block;

    private VirtualTime(HistoryFile history, DateTimeOffset from, long first, TimeSpan step, long block, int steps)
    {
        this.history = history;
        this.block = block;
        From = from;
        First = first;
        Step = step;
        Steps = steps;
    }

    /// <summary>The first moment that is predicted.</summary>
    public DateTimeOffset From { get; }

    /// <summary>The number of the first row that is predicted.</summary>
    public long First { get; }

    public TimeSpan Step { get; }

    public int Steps { get; }

    public bool HasTime => history.EventTime is not null;

    public static VirtualTime Plan(HistoryFile history, DateTimeOffset? from, string spill, CancellationToken ct)
    {
        if (history.EventTime is null)
        {
            return from is null
                ? InOrder(history)
                : throw Refusal.Invalid("--from needs an event_time in the loop's data section: rows have no time.");
        }

        var (middle, last) = (history.Middle!.Value, history.Last!.Value);
        var begin = from ?? middle;
        var step = StepOf(last - begin);
        if (from is null)
        {
            // So that a day of the curve is a day of the calendar.
            begin =
                Ceiling(middle, step == Usual ? TimeSpan.FromDays(1) : step) is var later && later < last
                    ? later
                    : middle;
        }

        var first = history.CountBefore(begin, spill, ct);
        return first > 0 && begin <= last
            ? new(history, begin, first, step, 0, (int)((last - begin).Ticks / step.Ticks) + 1)
            : throw Refusal.Invalid(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Nothing to backtest from {begin:u}: the history goes from {history.First:u} to {last:u}. Rows are needed before it to learn from, and after it to predict."
                )
            );
    }

    /// <summary>When a step begins.</summary>
    public DateTimeOffset StartOf(int step) => From + (Step * step);

    /// <summary>Where the order stands for time: how many rows have happened when a step begins.</summary>
    public long? RowsKnown(int step) => HasTime ? null : First + (block * step);

    /// <summary>When a row happens, in virtual time.</summary>
    public DateTimeOffset MomentOf(HistoryRow row) => row.At ?? StartOf(StepOf(row));

    /// <summary>A moment of this time, as people read it.</summary>
    public string Told(DateTimeOffset moment) =>
        HasTime ? string.Create(CultureInfo.InvariantCulture, $"{moment:u}") : $"day {BacktestResult.DayOf(moment)}";

    /// <summary>Negative for rows before the first step.</summary>
    public int StepOf(HistoryRow row) =>
        row.At is { } at
            ? (int)Math.Floor((double)(at - From).Ticks / Step.Ticks)
            : (int)Math.Floor((double)(row.Number - First) / block);

    /// <summary>By what the table is divided: the month, or the tenth of the rows.</summary>
    public string PartOf(HistoryRow row) =>
        row.At is { } at
            ? at.ToString("yyyy-MM", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"tenth {(row.Number * 10 / history.Rows) + 1:00}");

    private static VirtualTime InOrder(HistoryFile history)
    {
        var first = history.Rows / 2;
        var rows = history.Rows - first;
        var length = Math.Max(1, rows / FewestSteps);
        if (first == 0)
        {
            throw Refusal.Invalid("The history has one row: there is nothing to predict.");
        }

        return new(
            history,
            DateTimeOffset.UnixEpoch,
            first,
            TimeSpan.FromDays(1),
            length,
            (int)((rows + length - 1) / length)
        );
    }

    private static TimeSpan StepOf(TimeSpan span) =>
        span >= Usual * FewestSteps ? Usual
        : Array.Find(Shorter, s => span >= s * FewestSteps) is { Ticks: > 0 } fine ? fine
        : Shorter[^1];

    private static DateTimeOffset Ceiling(DateTimeOffset at, TimeSpan step)
    {
        var over = at.Ticks % step.Ticks;
        return over == 0 ? at : at.AddTicks(step.Ticks - over);
    }
}
