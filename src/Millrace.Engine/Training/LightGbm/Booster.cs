using System.Text;
using static Millrace.Engine.Training.LightGbm.LightGbmApi;

namespace Millrace.Engine.Training.LightGbm;

/// <summary>A model in LightGBM's hands: while it is trained, and in tests as the reference that our evaluator must equal.</summary>
internal sealed unsafe class Booster : IDisposable
{
    private readonly BoosterHandle handle;

    private Booster(nint booster) => handle = new BoosterHandle(booster);

    public static Booster Create(DatasetHandle training, DatasetHandle? validation, string parameters)
    {
        Check(BoosterCreate(training, parameters, out var native));
        var booster = new Booster(native);
        if (validation is not null)
        {
            Check(BoosterAddValidData(booster.handle, validation));
        }
        return booster;
    }

    public static Booster Load(string model)
    {
        Check(BoosterLoadModelFromString(model, out _, out var native));
        return new Booster(native);
    }

    /// <returns>False where no further split is possible.</returns>
    public bool Update()
    {
        Check(BoosterUpdateOneIter(handle, out var finished));
        return finished == 0;
    }

    /// <summary>The metrics named at creation, in that order, on the validation rows.</summary>
    public double[] Validate()
    {
        Check(BoosterGetEvalCounts(handle, out var count));
        var results = new double[count];
        fixed (double* p = results)
        {
            Check(BoosterGetEval(handle, 1, out _, p));
        }
        return results;
    }

    public string ToText(int iterations)
    {
        Check(BoosterSaveModelToString(handle, 0, iterations, GainImportance, 0, out var length, null));
        var buffer = new byte[length];
        fixed (byte* p = buffer)
        {
            Check(BoosterSaveModelToString(handle, 0, iterations, GainImportance, length, out length, p));
        }
        // The length counts the closing zero.
        return Encoding.UTF8.GetString(buffer, 0, (int)length - 1);
    }

    public double[] Gains(int features, int iterations)
    {
        var gains = new double[features];
        fixed (double* p = gains)
        {
            Check(BoosterFeatureImportance(handle, iterations, GainImportance, p));
        }
        return gains;
    }

    public double[] Predict(double[] rowMajor, int rows, int columns, bool raw, int outputs)
    {
        var results = new double[rows * outputs];
        fixed (double* data = rowMajor)
        fixed (double* p = results)
        {
            Check(
                BoosterPredictForMat(
                    handle,
                    data,
                    Float64,
                    rows,
                    columns,
                    1,
                    raw ? PredictRaw : PredictNormal,
                    0,
                    -1,
                    "num_threads=1",
                    out _,
                    p
                )
            );
        }
        return results;
    }

    /// <summary>LightGBM's own way to predict one row at a time, for the benchmark.</summary>
    public nint SingleRowFast(int columns)
    {
        Check(
            BoosterPredictForMatSingleRowFastInit(
                handle,
                PredictRaw,
                0,
                -1,
                Float64,
                columns,
                "num_threads=1",
                out var fast
            )
        );
        return fast;
    }

    public void Dispose() => handle.Dispose();
}
