namespace Millrace.Engine.Declarations;

/// <summary>
/// A test that a model version must pass: <c>metric &gt;= reference + offset</c>, for instance
/// <c>hit_rate@10 &gt;= champion - 0.005</c> or <c>log_loss &lt;= baseline</c> or <c>auc &gt;= 0.7</c>.
/// </summary>
/// <param name="Text">As written, for people.</param>
/// <param name="Metric">The candidate's metric on the test rows.</param>
/// <param name="Comparison">What must hold.</param>
/// <param name="Against">What it is compared with.</param>
/// <param name="Offset">Added to the reference; the whole bound where <paramref name="Against"/> is a constant.</param>
public sealed record GateDeclaration(
    string Text,
    string Metric,
    GateComparison Comparison,
    GateReference Against,
    double Offset
)
{
    public Position At { get; init; }
}

public enum GateComparison
{
    AtLeast,
    AtMost,
    Above,
    Below,
}

public enum GateReference
{
    Constant,

    /// <summary>The trivial model: majority class, mean, most popular. Learned on the same training rows.</summary>
    Baseline,

    /// <summary>The version with that alias, scored on the same test rows. Passes where there is none yet.</summary>
    Champion,
}
