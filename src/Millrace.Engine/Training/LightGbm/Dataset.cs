using System.Globalization;
using System.Runtime.InteropServices;
using static Millrace.Engine.Training.LightGbm.LightGbmApi;

namespace Millrace.Engine.Training.LightGbm;

/// <summary>Rows for LightGBM, read twice: once to sample the bins' borders, once to push. Never all in memory as doubles.</summary>
internal interface IFeatureRows
{
    int Features { get; }

    int Count { get; }

    /// <summary>Every row in order, in batches: features row by row, NaN for missing, and the label of each.</summary>
    IEnumerable<FeatureBatch> Read(CancellationToken ct);
}

/// <param name="Features">Row-major; only the first <paramref name="Rows"/> rows count, and only until the next batch is asked for.</param>
internal readonly record struct FeatureBatch(double[] Features, double[] Labels, int Rows);

/// <summary>LightGBM's binned rows: about a byte a value.</summary>
internal sealed unsafe class Dataset : IDisposable
{
    // As LightGBM's own kZeroThreshold: smaller values are its zero, which samples leave out.
    private const double Zero = 1e-35f;

    private Dataset(nint native) => Handle = new DatasetHandle(native);

    public DatasetHandle Handle { get; }

    public static Dataset Create(
        IFeatureRows rows,
        IReadOnlyList<string> names,
        string parameters,
        CancellationToken ct
    )
    {
        var sampled = new int[rows.Count];
        int count;
        fixed (int* p = sampled)
        {
            Check(SampleIndices(rows.Count, parameters, p, out count));
        }
        var sample = new SampledColumns(rows, sampled.AsSpan(0, count), ct);
        var dataset = new Dataset(sample.Create(rows.Count, count, parameters));
        dataset.Name(names);
        dataset.Push(rows, ct);
        return dataset;
    }

    /// <summary>Validation rows in the bins of the training rows.</summary>
    public static Dataset CreateLike(Dataset training, IFeatureRows rows, CancellationToken ct)
    {
        Check(DatasetCreateByReference(training.Handle, rows.Count, out var native));
        var dataset = new Dataset(native);
        dataset.Push(rows, ct);
        return dataset;
    }

    public void Dispose() => Handle.Dispose();

    /// <summary>LightGBM's names are separated by blanks and may not hold JSON's special characters; ours may.</summary>
    internal static IReadOnlyList<string> SafeNames(IReadOnlyList<string> names)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. names.Select(
                (name, i) =>
                {
                    var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
                    return taken.Add(safe) ? safe : string.Create(CultureInfo.InvariantCulture, $"{safe}__{i}");
                }
            ),
        ];
    }

    private void Name(IReadOnlyList<string> names)
    {
        var safe = SafeNames(names);
        var native = (byte**)NativeMemory.AllocZeroed((nuint)safe.Count, (nuint)sizeof(byte*));
        try
        {
            for (var i = 0; i < safe.Count; i++)
            {
                native[i] = (byte*)Marshal.StringToCoTaskMemUTF8(safe[i]);
            }
            Check(DatasetSetFeatureNames(Handle, native, safe.Count));
        }
        finally
        {
            for (var i = 0; i < safe.Count; i++)
            {
                Marshal.FreeCoTaskMem((nint)native[i]);
            }
            NativeMemory.Free(native);
        }
    }

    private void Push(IFeatureRows rows, CancellationToken ct)
    {
        var labels = new float[rows.Count];
        var start = 0;
        foreach (var batch in rows.Read(ct))
        {
            fixed (double* p = batch.Features)
            {
                Check(DatasetPushRows(Handle, p, Float64, batch.Rows, rows.Features, start));
            }
            for (var i = 0; i < batch.Rows; i++)
            {
                labels[start + i] = (float)batch.Labels[i];
            }
            start += batch.Rows;
        }
        fixed (float* p = labels)
        {
            Check(DatasetSetField(Handle, "label", p, labels.Length, Float32));
        }
    }

    /// <summary>The sampled rows column by column, zeros left out, as LightGBM samples matrices itself.</summary>
    private sealed class SampledColumns
    {
        private readonly List<double>[] values;
        private readonly List<int>[] positions;

        public SampledColumns(IFeatureRows rows, ReadOnlySpan<int> sampled, CancellationToken ct)
        {
            values = [.. Enumerable.Range(0, rows.Features).Select(_ => new List<double>())];
            positions = [.. Enumerable.Range(0, rows.Features).Select(_ => new List<int>())];
            int start = 0,
                next = 0;
            foreach (var batch in rows.Read(ct))
            {
                for (; next < sampled.Length && sampled[next] < start + batch.Rows; next++)
                {
                    Take(batch.Features.AsSpan((sampled[next] - start) * rows.Features, rows.Features), next);
                }
                start += batch.Rows;
            }
        }

        public nint Create(int rows, int sampledRows, string parameters)
        {
            var columns = values.Length;
            var pins = new List<GCHandle>();
            double** valuePointers = stackalloc double*[columns];
            int** positionPointers = stackalloc int*[columns];
            int* counts = stackalloc int[columns];
            try
            {
                for (var i = 0; i < columns; i++)
                {
                    counts[i] = values[i].Count;
                    valuePointers[i] = (double*)Pin(values[i].ToArray());
                    positionPointers[i] = (int*)Pin(positions[i].ToArray());
                }
                Check(
                    DatasetCreateFromSampledColumn(
                        valuePointers,
                        positionPointers,
                        columns,
                        counts,
                        sampledRows,
                        rows,
                        rows,
                        parameters,
                        out var native
                    )
                );
                return native;
            }
            finally
            {
                pins.ForEach(p => p.Free());
            }

            nint Pin(Array array)
            {
                var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
                pins.Add(pin);
                return pin.AddrOfPinnedObject();
            }
        }

        private void Take(ReadOnlySpan<double> row, int position)
        {
            for (var i = 0; i < row.Length; i++)
            {
                if (double.IsNaN(row[i]) || Math.Abs(row[i]) > Zero)
                {
                    values[i].Add(row[i]);
                    positions[i].Add(position);
                }
            }
        }
    }
}
