using Millrace.Engine.Declarations;
using Millrace.Engine.Training;

namespace Millrace.Tests.Training;

/// <summary>Made-up customers, of whom some stay, with all that real tables bring.</summary>
internal static class Customers
{
    /// <summary>All that real tables bring: text with and without meaning, missing values of each type, bools, dates, a class in text.</summary>
    public const string Sql = """
        SELECT i::BIGINT AS id, 'customer ' || i AS name, DATE '2024-01-01' + (i // 10)::INTEGER AS joined,
               CASE WHEN i % 11 = 0 THEN NULL ELSE (hash(i) % 60 + 18)::INTEGER END AS age,
               CASE WHEN i % 13 = 0 THEN NULL ELSE (hash(i + 7) % 10000) / 100.0::DOUBLE END AS spent,
               CASE hash(i + 3) % 5 WHEN 0 THEN NULL WHEN 1 THEN 'Bern' WHEN 2 THEN 'Zürich' WHEN 3 THEN 'Genf' ELSE 'o''Chur' END AS town,
               hash(i + 5) % 2 = 0 AS loyal,
               CASE WHEN (hash(i + 5) % 2 = 0)::INTEGER * 30 + (hash(i) % 60) + (hash(i + 3) % 5) * 10 + hash(i + 9) % 20 > 75 THEN 'yes' ELSE 'no' END AS stays
        FROM range(1500) t(i)
        """;

    private static StepDeclaration[] Steps =>
        [
            new DeriveStep("spent_twice", "spent * 2"),
            new ImputeStep(["spent"], ImputeWith.Median),
            new StandardiseStep(["spent"]),
        ];

    /// <summary>Who stays, learned from all of them.</summary>
    public static TrainingSpec Spec(Workshop shop, params (string Name, string Value)[] parameters)
    {
        var usual = new[] { ("num_iterations", "60") }.Where(u => !parameters.Any(p => p.Name is "num_iterations"));
        var model = Workshop.Model(TaskKind.Classify, "lightgbm", [.. parameters, .. usual]) with
        {
            Target = "stays",
            Positive = "yes",
            Ignore = ["id"],
        };
        return shop.Spec(Sql, model, null, Steps);
    }
}
