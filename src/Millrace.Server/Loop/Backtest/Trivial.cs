using Millrace.Engine.Declarations;
using Millrace.Engine.History;
using Millrace.Engine.Outcomes;
using Millrace.Engine.Tables;

namespace Millrace.Loop.Backtest;

/// <summary>
/// The model without a fit, which learns every outcome as it becomes known: what a real one must beat, and what the detector of harm
/// holds losses against.
/// </summary>
internal abstract class Trivial
{
    public static Trivial Of(TaskKind task, Judge judge) =>
        task switch
        {
            TaskKind.Classify => new Labels(judge),
            TaskKind.Regress => new Values(judge),
            _ => new Popular(judge),
        };

    /// <summary>Labelled streams: what it comes to that the last label comes again; null for others.</summary>
    public virtual Verdict? JudgePersistence(HistoryRow row) => null;

    /// <summary>Before it is learned.</summary>
    /// <param name="row">What happened.</param>
    /// <param name="known">Recommend: what the user has already, which nobody offers him.</param>
    public abstract Verdict Judge(HistoryRow row, IReadOnlyCollection<Value> known);

    public abstract void Learn(HistoryRow row, DateTimeOffset at);

    private sealed class Labels(Judge judge) : Trivial
    {
        private readonly RunningLabels running = new();

        public override Verdict Judge(HistoryRow row, IReadOnlyCollection<Value> known)
        {
            var label = row.Actual.AsString;
            return judge.OfClass(
                running.ProbabilityOf(label),
                string.Equals(running.MostProbable, label, StringComparison.Ordinal)
            );
        }

        public override Verdict? JudgePersistence(HistoryRow row)
        {
            var isLast = string.Equals(running.Last, row.Actual.AsString, StringComparison.Ordinal);
            return judge.OfClass(isLast ? 1 : 0, isLast);
        }

        public override void Learn(HistoryRow row, DateTimeOffset at) => running.Learn(row.Actual.AsString);
    }

    private sealed class Values(Judge judge) : Trivial
    {
        private readonly RunningMean running = new();
        private readonly RunningMean error = new();

        public override Verdict Judge(HistoryRow row, IReadOnlyCollection<Value> known) =>
            judge.OfValue(running.Value, row.Actual.AsDouble, error.Value);

        public override Verdict? JudgePersistence(HistoryRow row) =>
            judge.OfValue(running.Last, row.Actual.AsDouble, error.Value);

        public override void Learn(HistoryRow row, DateTimeOffset at)
        {
            error.Learn(Math.Abs(running.Value - row.Actual.AsDouble));
            running.Learn(row.Actual.AsDouble);
        }
    }

    private sealed class Popular(Judge judge) : Trivial
    {
        /// <summary>As of the baseline of a live endpoint's monitor.</summary>
        private static readonly TimeSpan HalfLife = TimeSpan.FromDays(7);

        private readonly RunningPopularity running = new(HalfLife);

        public override Verdict Judge(HistoryRow row, IReadOnlyCollection<Value> known) =>
            judge.OfRank(running.RankOf(row.Actual, known));

        public override void Learn(HistoryRow row, DateTimeOffset at) => running.Learn(row.Actual, at);
    }
}
