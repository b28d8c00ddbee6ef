namespace Millrace.Bench;

/// <summary>Seeded streams of losses for detectors, the same for each.</summary>
internal static class DetectorStreams
{
    public const double Error = 0.1;

    /// <summary>One outcome after another: the model's loss and the trivial model's, given the rise that is in force.</summary>
    public static Func<double, (double, double)> Plain(int seed)
    {
        var random = new Random(seed);
        return rise => (random.NextDouble() < Error + rise ? 1 : 0, 0);
    }

    public static Func<double, (double, double)> Squares(int seed)
    {
        var random = new Random(seed);
        return rise => (Math.Min(1, Math.Pow(random.NextDouble(), 2) + rise), 0);
    }

    public static Func<double, (double, double)> Daily(int seed) => Days(seed, Error, 0.25, 0.4);

    public static Func<double, (double, double)> Days(int seed, double model, double trivial, double deviation)
    {
        var random = new Random(seed);
        var outcome = 0;
        double error = 0,
            baseline = 0;
        return rise =>
        {
            if (outcome++ % 500 == 0)
            {
                var hard =
                    deviation
                    * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                    * Math.Cos(2 * Math.PI * random.NextDouble());
                error = Harder(model, hard);
                baseline = Harder(trivial, hard);
            }

            // What is hard for one is often hard for the other.
            var own = random.NextDouble();
            var other = random.NextDouble() < 0.5 ? own : random.NextDouble();
            return (own < error + rise ? 1 : 0, other < baseline ? 1 : 0);
        };
    }

    private static double Harder(double probability, double by) =>
        1 / (1 + Math.Exp(-(Math.Log(probability / (1 - probability)) + by)));
}
