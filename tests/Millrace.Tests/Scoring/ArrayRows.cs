using Millrace.Engine.Training.LightGbm;

namespace Millrace.Tests.Scoring;

/// <summary>Rows from memory, in batches small enough that several are needed.</summary>
internal sealed class ArrayRows(double[][] rows, double[] labels) : IFeatureRows
{
    public int Features => rows[0].Length;

    public int Count => rows.Length;

    public IEnumerable<FeatureBatch> Read(CancellationToken ct)
    {
        for (var start = 0; start < rows.Length; start += 100)
        {
            var count = Math.Min(100, rows.Length - start);
            yield return new FeatureBatch(
                [.. rows.AsSpan(start, count).ToArray().SelectMany(r => r)],
                labels[start..(start + count)],
                count
            );
        }
    }
}
