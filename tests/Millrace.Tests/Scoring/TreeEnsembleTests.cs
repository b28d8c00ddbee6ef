using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Scoring;
using Millrace.Engine.Training.LightGbm;
using Xunit;

namespace Millrace.Tests.Scoring;

public sealed class TreeEnsembleTests
{
    private const int Columns = 8;

    [Theory]
    [InlineData("objective=binary", 1, 1)]
    [InlineData("objective=binary", 1, 2)]
    [InlineData("objective=binary zero_as_missing=true", 1, 3)]
    [InlineData("objective=binary use_missing=false", 1, 4)]
    [InlineData("objective=multiclass num_class=4", 4, 5)]
    [InlineData("objective=regression", 1, 6)]
    [InlineData("objective=regression_l1", 1, 7)]
    [InlineData("objective=binary max_cat_to_onehot=1 min_data_per_group=2 cat_smooth=1 cat_l2=1", 1, 8)]
    public void Scores_equal_LightGBMs_bit_for_bit(string options, int outputs, int seed)
    {
        var random = new Random(seed);
        var text = Train(options, outputs, random);
        Assert.Contains("cat_threshold=", text, StringComparison.Ordinal);
        using var native = Booster.Load(text);
        var model = TreeModelReader.Read(new StringReader(text));
        var fast = new TreeEnsemble(model);
        var simple = new TreeEnsemble(model, vectors: false);

        const int rows = 3000;
        var data = Enumerable.Range(0, rows).Select(_ => StrangeRow(random)).ToArray();
        var flat = data.SelectMany(r => r).ToArray();
        var raw = native.Predict(flat, rows, Columns, raw: true, outputs);
        var scores = native.Predict(flat, rows, Columns, raw: false, outputs);

        var ours = new double[outputs];
        for (var i = 0; i < rows; i++)
        {
            fast.Raw(data[i], ours);
            Assert.Equal(Bits(raw.AsSpan(i * outputs, outputs)), Bits(ours));
            simple.Raw(data[i], ours);
            Assert.Equal(Bits(raw.AsSpan(i * outputs, outputs)), Bits(ours));
            fast.Score(data[i], ours);
            Assert.All(
                ours.Zip(scores.AsSpan(i * outputs, outputs).ToArray()),
                p => Assert.True(UnitsApart(p.First, p.Second) <= TransformTolerance, $"{p.First:R} {p.Second:R}")
            );
        }
    }

    [Fact]
    public void A_score_allocates_nothing()
    {
        var text = Train("objective=binary", 1, new Random(1));
        var ensemble = new TreeEnsemble(TreeModelReader.Read(new StringReader(text)));
        var row = StrangeRow(new Random(2));
        Span<double> score = stackalloc double[1];
        ensemble.Score(row, score);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            ensemble.Score(row, score);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_damaged_model_is_refused_and_never_run()
    {
        var text = Train("objective=binary", 1, new Random(3));
        var random = new Random(4);
        var refused = 0;
        for (var i = 0; i < 400; i++)
        {
            var damaged = Damage(text, random);
            try
            {
                var ensemble = new TreeEnsemble(TreeModelReader.Read(new StringReader(damaged)));
                var score = new double[ensemble.RawScores];
                if (ensemble.Features == Columns)
                {
                    ensemble.Raw(StrangeRow(random), score);
                }
            }
            catch (RefusalException e)
            {
                Assert.StartsWith("model.txt", e.Message, StringComparison.Ordinal);
                refused++;
            }
        }
        Assert.True(refused > 50, $"only {refused} of 400 were refused");
    }

    [Fact]
    public void A_file_that_is_no_model_says_so() =>
        Assert.Contains(
            "does not begin with 'tree'",
            Assert.Throws<RefusalException>(() => TreeModelReader.Read(new StringReader("PK\u0003\u0004"))).Message,
            StringComparison.Ordinal
        );

    // exp comes from the same C library on Linux; elsewhere it may differ in the last bit.
    private static long TransformTolerance => OperatingSystem.IsLinux() ? 0 : 2;

    internal static string Train(string options, int outputs, Random random, int iterations = 40, int leaves = 31)
    {
        var rows = Enumerable.Range(0, 1200).Select(_ => TrainingRow(random)).ToArray();
        var labels = rows.Select(r => Label(r, outputs, options, random)).ToArray();
        var parameters = string.Create(
            CultureInfo.InvariantCulture,
            $"{options} categorical_feature=5,6 num_leaves={leaves} min_data_in_leaf=5 max_bin=63 num_threads=1 deterministic=true force_row_wise=true verbosity=-1 seed=7"
        );
        var source = new ArrayRows(rows, labels);
        var names = Enumerable.Range(0, Columns).Select(i => $"größe {i}").ToArray();
        using var dataset = Dataset.Create(source, names, parameters, TestContext.Current.CancellationToken);
        using var booster = Booster.Create(dataset.Handle, null, parameters);
        for (var i = 0; i < iterations && booster.Update(); i++) { }
        return booster.ToText(-1);
    }

    internal static double[] TrainingRow(Random random)
    {
        var row = new double[Columns];
        for (var i = 0; i < 5; i++)
        {
            row[i] = random.Next(10) switch
            {
                0 when i > 0 => double.NaN,
                1 or 2 => 0,
                _ => random.NextDouble() * 10 - 3,
            };
        }
        row[5] = random.Next(6);
        row[6] = random.Next(12) == 0 ? -1 : random.Next(300);
        row[7] = random.Next(2);
        return row;
    }

    /// <summary>A row as the world sends it: all that training saw, and what it never saw.</summary>
    private static double[] StrangeRow(Random random)
    {
        var row = TrainingRow(random);
        double[] strange =
        [
            double.NaN,
            0,
            -0.0,
            1e-36,
            -1e-35,
            1e300,
            double.PositiveInfinity,
            double.NegativeInfinity,
            -1,
            -0.5,
            299.9,
            1e6,
            3e9,
            -3e9,
            31,
            32,
            63,
            64,
            320,
            double.Epsilon,
        ];
        for (var i = 0; i < row.Length; i++)
        {
            if (random.Next(4) == 0)
            {
                row[i] = strange[random.Next(strange.Length)];
            }
        }
        return row;
    }

    private static double Label(double[] row, int outputs, string options, Random random)
    {
        var signal =
            (double.IsNaN(row[1]) ? 2 : row[1])
            + (row[0] == 0 ? 3 : row[0])
            + row[5]
            + (row[6] % 7)
            + random.NextDouble();
        return options.Contains("regression", StringComparison.Ordinal) ? signal
            : outputs > 1 ? (int)Math.Abs(signal) % outputs
            : signal > 9 ? 1
            : 0;
    }

    private static string Damage(string text, Random random)
    {
        var lines = text.Split('\n').ToList();
        var line = random.Next(Math.Min(lines.Count, 60));
        switch (random.Next(4))
        {
            case 0:
                lines.RemoveAt(line);
                break;
            case 1:
                lines = lines[..line];
                break;
            case 2:
                lines[line] = lines[line].Replace('1', '9');
                break;
            default:
                lines[line] = lines[line].Replace(" ", " -", StringComparison.Ordinal);
                break;
        }
        return string.Join('\n', lines);
    }

    private static long UnitsApart(double a, double b) =>
        Math.Abs(BitConverter.DoubleToInt64Bits(a) - BitConverter.DoubleToInt64Bits(b));

    private static long[] Bits(ReadOnlySpan<double> values) =>
        [.. values.ToArray().Select(BitConverter.DoubleToInt64Bits)];
}
