namespace Millrace.Engine.Evidence;

/// <summary>All that a comparison remembers.</summary>
public sealed record ComparisonState
{
    public long ChampionOutcomes { get; init; }

    public double ChampionSum { get; init; }

    public long ChallengerOutcomes { get; init; }

    public double ChallengerSum { get; init; }

    /// <summary>Champion's losses since the last pair.</summary>
    public double BlockSum { get; init; }

    public long BlockCount { get; init; }

    /// <summary>Challenger's losses that no champion's stood against yet.</summary>
    public double WaitingSum { get; init; }

    public long WaitingCount { get; init; }

    /// <summary>Natural logarithm of the wealth of each bet that the challenger is worse, and that it is not.</summary>
    public IReadOnlyList<double> Worse { get; init; } = [];

    public IReadOnlyList<double> Safe { get; init; } = [];
}

/// <summary>
/// Compares a challenger's losses with the champion's while both serve, by betting: the mean of the challenger's losses since
/// the last pair is held against the mean of the champion's, and the wealth of bets on the difference is an e-process
/// (Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting"; Shekhar and Ramdas 2023 for two
/// samples). It may be looked at after every outcome: the chance that it ever passes 1 / (1 − confidence) without cause is at
/// most 1 − confidence (Ville's inequality). No outcome is used twice, so the difficulty of the day may change as it likes as
/// long as it changes for both. Not safe for several callers at once.
/// </summary>
public sealed class ComparisonTest
{
    /// <summary>The bets: the best one for a difference is near that difference divided by its variance.</summary>
    private static readonly double[] Grid = [0.05, 0.1, 0.2, 0.35, 0.55, 0.9];

    /// <summary>What each bet starts with. Harm worth a rollback is large, what must be shown to be safe is small.</summary>
    private static readonly double[] WorseShares = [0.05, 0.1, 0.25, 0.25, 0.25, 0.1];
    private static readonly double[] SafeShares = [0.1, 0.25, 0.25, 0.2, 0.12, 0.08];
    private readonly double margin;
    private readonly double[] worse;
    private readonly double[] safe;
    private double championSum;
    private double challengerSum;
    private double blockSum;
    private long blockCount;
    private double waitingSum;
    private long waitingCount;

    /// <param name="margin">A challenger worse by this much, or more, must not be called safe. Between 0 and 1.</param>
    /// <param name="state">What an earlier look left; null to begin.</param>
    public ComparisonTest(double margin, ComparisonState? state = null)
    {
        this.margin = margin;
        worse = state is { Worse.Count: > 0 } ? [.. state.Worse] : new double[Grid.Length];
        safe = state is { Safe.Count: > 0 } ? [.. state.Safe] : new double[Grid.Length];
        championSum = state?.ChampionSum ?? 0;
        challengerSum = state?.ChallengerSum ?? 0;
        blockSum = state?.BlockSum ?? 0;
        blockCount = state?.BlockCount ?? 0;
        waitingSum = state?.WaitingSum ?? 0;
        waitingCount = state?.WaitingCount ?? 0;
        ChampionOutcomes = state?.ChampionOutcomes ?? 0;
        ChallengerOutcomes = state?.ChallengerOutcomes ?? 0;
    }

    public long ChampionOutcomes { get; private set; }

    public long ChallengerOutcomes { get; private set; }

    /// <summary>Mean loss; NaN where there is none.</summary>
    public double ChampionLoss => championSum / ChampionOutcomes;

    public double ChallengerLoss => challengerSum / ChallengerOutcomes;

    /// <summary>Evidence that the challenger is worse.</summary>
    public double WorseEvidence => Wealth(worse, WorseShares);

    /// <summary>Evidence that it is not worse by the margin.</summary>
    public double SafeEvidence => Wealth(safe, SafeShares);

    public ComparisonState State =>
        new()
        {
            ChampionOutcomes = ChampionOutcomes,
            ChampionSum = championSum,
            ChallengerOutcomes = ChallengerOutcomes,
            ChallengerSum = challengerSum,
            BlockSum = blockSum,
            BlockCount = blockCount,
            WaitingSum = waitingSum,
            WaitingCount = waitingCount,
            Worse = [.. worse],
            Safe = [.. safe],
        };

    /// <param name="loss">Of one outcome of the champion's, between 0 and 1.</param>
    public void AddChampion(double loss)
    {
        loss = Bounded(loss);
        ChampionOutcomes++;
        championSum += loss;
        blockCount++;
        blockSum += loss;
    }

    /// <param name="loss">Of one outcome of the challenger's, between 0 and 1. It waits for a champion's to be held against.</param>
    public void AddChallenger(double loss)
    {
        loss = Bounded(loss);
        ChallengerOutcomes++;
        challengerSum += loss;
        waitingCount++;
        waitingSum += loss;
        if (blockCount == 0)
        {
            return;
        }

        var difference = (waitingSum / waitingCount) - (blockSum / blockCount);
        (blockSum, blockCount, waitingSum, waitingCount) = (0, 0, 0, 0);
        for (var i = 0; i < Grid.Length; i++)
        {
            worse[i] += Math.Log(1 + (Grid[i] * difference));
            safe[i] += Math.Log(1 + (Grid[i] * (margin - difference)));
        }
    }

    /// <summary>What is no loss counts as the worst: a bound that did not hold would break the promise.</summary>
    private static double Bounded(double loss) => double.IsNaN(loss) ? 1 : Math.Clamp(loss, 0, 1);

    private static double Wealth(double[] logs, double[] shares)
    {
        var largest = logs.Max();
        var sum = 0.0;
        for (var i = 0; i < logs.Length; i++)
        {
            sum += shares[i] * Math.Exp(logs[i] - largest);
        }

        return Math.Exp(Math.Min(largest + Math.Log(sum), 700));
    }
}
