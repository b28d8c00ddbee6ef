using System.Diagnostics;
using System.Globalization;
using Millrace.Engine.Scoring;
using Millrace.Engine.Training.LightGbm;

namespace Millrace.Bench;

/// <summary>One row through a tree model, on one core: LightGBM's fastest way beside ours. Rows vary, or branch prediction would flatter.</summary>
internal static unsafe class ScoringBench
{
    private const int Columns = 20;
    private const int Categorical = 4;
    private const int TestRows = 4096;
    private const int Repeat = 21;

    public static int Run()
    {
        var lines = new List<string>();
        foreach (var (trees, categories) in new[] { (100, false), (100, true), (500, false), (500, true) })
        {
            lines.Add(Measure(trees, categories));
            Console.WriteLine(lines[^1]);
        }
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # One row through a tree model

            {Machine.Describe()}, commit {Machine.Commit()}.

            `dotnet run --project bench/Millrace.Bench -c Release -- scoring`: trees of 31 leaves over {Columns} features of which a tenth
            is missing ("mixed": {Categorical} of them are categories of 200 values), {TestRows} different rows, one thread, microseconds
            a row, shortest of {Repeat} passes, each beside the others in turn. "LightGBM" is `LGBM_BoosterPredictForMatSingleRowFast` with
            one thread. Raw scores are compared bit for bit on every row before anything is timed.

            | model | LightGBM | ours, plain | ours, AVX2 | LightGBM / AVX2 |
            |---|---:|---:|---:|---:|
            {string.Join('\n', lines)}

            """
        );
        File.WriteAllText(Path.Combine(Machine.Root, "bench", "results", "scoring.md"), report);
        return 0;
    }

    private static string Measure(int trees, bool categories)
    {
        var random = new Random(5);
        var text = Train(trees, categories, random);
        var model = TreeModelReader.Read(new StringReader(text));
        var fast = new TreeEnsemble(model);
        var plain = new TreeEnsemble(model, vectors: false);
        using var native = Booster.Load(text);
        var rows = Enumerable.Range(0, TestRows).SelectMany(_ => Row(random, categories)).ToArray();
        var expected = native.Predict(rows, TestRows, Columns, raw: true, 1);
        Check(fast, rows, expected);
        Check(plain, rows, expected);

        var config = native.SingleRowFast(Columns);
        var times = new List<(double Native, double Plain, double Fast)>();
        for (var i = 0; i < Repeat; i++)
        {
            times.Add((Native(config, rows), Ours(plain, rows), Ours(fast, rows)));
        }
        LightGbmApi.Check(LightGbmApi.FastConfigFree(config));
        var (n, p, f) = (times.Min(t => t.Native), times.Min(t => t.Plain), times.Min(t => t.Fast));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {trees} trees, {(categories ? "mixed" : "numeric")} | {n:0.00} | {p:0.00} | {f:0.00} | {n / f:0.0} |"
        );
    }

    private static double Native(nint config, double[] rows)
    {
        double result;
        var clock = Stopwatch.StartNew();
        fixed (double* data = rows)
        {
            for (var i = 0; i < TestRows; i++)
            {
                LightGbmApi.Check(
                    LightGbmApi.BoosterPredictForMatSingleRowFast(config, data + (i * Columns), out _, &result),
                    "PredictForMatSingleRowFast("
                );
            }
        }
        return clock.Elapsed.TotalMicroseconds / TestRows;
    }

    private static double Ours(TreeEnsemble ensemble, double[] rows)
    {
        Span<double> result = stackalloc double[1];
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < TestRows; i++)
        {
            ensemble.Raw(rows.AsSpan(i * Columns, Columns), result);
        }
        return clock.Elapsed.TotalMicroseconds / TestRows;
    }

    private static void Check(TreeEnsemble ensemble, double[] rows, double[] expected)
    {
        Span<double> result = stackalloc double[1];
        for (var i = 0; i < TestRows; i++)
        {
            ensemble.Raw(rows.AsSpan(i * Columns, Columns), result);
            if (BitConverter.DoubleToInt64Bits(result[0]) != BitConverter.DoubleToInt64Bits(expected[i]))
            {
                throw new InvalidOperationException($"Row {i}: {result[0]:R} is not LightGBM's {expected[i]:R}.");
            }
        }
    }

    private static string Train(int trees, bool categories, Random random)
    {
        var rows = new Rows(random, categories);
        var parameters =
            "objective=binary num_leaves=31 learning_rate=0.05 num_threads=1 deterministic=true force_row_wise=true verbosity=-1"
            + (
                categories
                    ? " categorical_feature=" + string.Join(',', Enumerable.Range(Columns - Categorical, Categorical))
                    : ""
            );
        var names = Enumerable.Range(0, Columns).Select(i => FormattableString.Invariant($"f{i}")).ToArray();
        using var dataset = Dataset.Create(rows, names, parameters, CancellationToken.None);
        using var booster = Booster.Create(dataset.Handle, null, parameters);
        for (var i = 0; i < trees; i++)
        {
            booster.Update();
        }
        return booster.ToText(-1);
    }

    private static double[] Row(Random random, bool categories)
    {
        var row = new double[Columns];
        for (var i = 0; i < Columns; i++)
        {
            var category = categories && i >= Columns - Categorical;
            row[i] =
                random.Next(10) == 0 ? double.NaN
                : category ? random.Next(200)
                : random.NextDouble();
        }
        return row;
    }

    private sealed class Rows : IFeatureRows
    {
        private readonly double[] features;
        private readonly double[] labels;

        public Rows(Random random, bool categories)
        {
            Count = 20_000;
            var rows = Enumerable.Range(0, Count).Select(_ => Row(random, categories)).ToArray();
            features = [.. rows.SelectMany(r => r)];
            labels = [.. rows.Select(r => Signal(r) + random.NextDouble() > 4.5 ? 1.0 : 0)];
        }

        public int Features => Columns;

        public int Count { get; }

        public IEnumerable<FeatureBatch> Read(CancellationToken ct) => [new FeatureBatch(features, labels, Count)];

        private static double Signal(double[] row)
        {
            double sum = 0;
            for (var i = 0; i < row.Length; i++)
            {
                var x = double.IsNaN(row[i]) ? 0.3 : row[i];
                sum += x > 1 ? x * 7919 % 13 / 26 : x * x * (i % 3) * 0.4;
            }
            return sum;
        }
    }
}
