using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Training;

namespace Millrace.Loop.Backtest;

/// <summary>A policy by the name that it is asked for, as the retrain section that a loop would declare for it.</summary>
/// <param name="Name">never, every:7d, harm.</param>
/// <param name="Retrain">Null: never.</param>
internal sealed record RetrainingPolicy(string Name, RetrainDeclaration? Retrain)
{
    private const string Schedule = "every:";

    /// <exception cref="RefusalException">There is no such policy.</exception>
    public static RetrainingPolicy Parse(string text, RetrainDeclaration? declared)
    {
        var name = text.Trim();
        if (name is "never")
        {
            return new(name, null);
        }

        if (name is "harm")
        {
            return new(name, (declared ?? new()) with { OnHarm = true, Every = null });
        }

        return
            name.StartsWith(Schedule, StringComparison.Ordinal)
            && HyperParameter.Duration(name[Schedule.Length..]) is { Ticks: > 0 } every
            ? new(name, Scheduled(every, (declared ?? new()).Cooldown))
            : throw Refusal.Invalid(
                $"There is no policy '{text}'. There are: never; every: and a duration, such as every:7d; harm."
            );
    }

    /// <summary>The cooldown holds no schedule back that is asked for by its name, but a failure has its wait to double.</summary>
    private static RetrainDeclaration Scheduled(TimeSpan every, TimeSpan cooldown) =>
        new() { Every = every, Cooldown = cooldown < every ? cooldown : every };
}
