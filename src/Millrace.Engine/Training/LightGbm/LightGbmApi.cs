using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.Engine.Work;

namespace Millrace.Engine.Training.LightGbm;

/// <summary>
/// LightGBM's C API (include/LightGBM/c_api.h, 4.7), no more of it than training and the tests need.
/// Every call returns 0 or leaves its reason in <c>LGBM_GetLastError</c>: see <see cref="Check"/>.
/// </summary>
internal static unsafe partial class LightGbmApi
{
    public const int Float32 = 0;
    public const int Float64 = 1;
    public const int PredictNormal = 0;
    public const int PredictRaw = 1;
    public const int GainImportance = 1;

    private const string Library = "lib_lightgbm";

    [ThreadStatic]
    private static IWorkSink? listener;

    /// <summary>
    /// LightGBM writes to standard output unless told otherwise, and a work process speaks JSON lines there.
    /// It calls back on the thread that called it.
    /// </summary>
    public static void ListenOnThisThread(IWorkSink? sink)
    {
        listener = sink;
        Check(RegisterLogCallback(&OnLog));
    }

    public static void Check(int code, [CallerArgumentExpression(nameof(code))] string call = "")
    {
        if (code != 0)
        {
            var name = call[..Math.Max(0, call.IndexOf('(', StringComparison.Ordinal))];
            throw new LightGbmException($"LightGBM {name}: {Marshal.PtrToStringUTF8(GetLastError())}");
        }
    }

    [LibraryImport(Library, EntryPoint = "LGBM_SampleIndices", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SampleIndices(int rows, string parameters, int* indices, out int count);

    [LibraryImport(Library, EntryPoint = "LGBM_GetSampleCount", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetSampleCount(int rows, string parameters, out int count);

    [LibraryImport(
        Library,
        EntryPoint = "LGBM_DatasetCreateFromSampledColumn",
        StringMarshalling = StringMarshalling.Utf8
    )]
    public static partial int DatasetCreateFromSampledColumn(
        double** values,
        int** indices,
        int columns,
        int* countPerColumn,
        int sampledRows,
        int localRows,
        long allRows,
        string parameters,
        out nint dataset
    );

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateByReference")]
    public static partial int DatasetCreateByReference(DatasetHandle reference, long rows, out nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetPushRows")]
    public static partial int DatasetPushRows(
        DatasetHandle dataset,
        double* rowMajor,
        int dataType,
        int rows,
        int columns,
        int startRow
    );

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetSetField(DatasetHandle dataset, string field, float* data, int count, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetFeatureNames")]
    public static partial int DatasetSetFeatureNames(DatasetHandle dataset, byte** names, int count);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    public static partial int DatasetFree(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterCreate(DatasetHandle training, string parameters, out nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterLoadModelFromString", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterLoadModelFromString(string model, out int iterations, out nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterAddValidData")]
    public static partial int BoosterAddValidData(BoosterHandle booster, DatasetHandle validation);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    public static partial int BoosterUpdateOneIter(BoosterHandle booster, out int finished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetEvalCounts")]
    public static partial int BoosterGetEvalCounts(BoosterHandle booster, out int count);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterGetEval")]
    public static partial int BoosterGetEval(BoosterHandle booster, int dataIndex, out int count, double* results);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterSaveModelToString")]
    public static partial int BoosterSaveModelToString(
        BoosterHandle booster,
        int startIteration,
        int iterations,
        int importanceType,
        long bufferLength,
        out long length,
        byte* buffer
    );

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFeatureImportance")]
    public static partial int BoosterFeatureImportance(
        BoosterHandle booster,
        int iterations,
        int type,
        double* results
    );

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterPredictForMat(
        BoosterHandle booster,
        double* data,
        int dataType,
        int rows,
        int columns,
        int rowMajor,
        int predictType,
        int startIteration,
        int iterations,
        string parameters,
        out long length,
        double* results
    );

    [LibraryImport(
        Library,
        EntryPoint = "LGBM_BoosterPredictForMatSingleRowFastInit",
        StringMarshalling = StringMarshalling.Utf8
    )]
    public static partial int BoosterPredictForMatSingleRowFastInit(
        BoosterHandle booster,
        int predictType,
        int startIteration,
        int iterations,
        int dataType,
        int columns,
        string parameters,
        out nint fastConfig
    );

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMatSingleRowFast")]
    public static partial int BoosterPredictForMatSingleRowFast(
        nint fastConfig,
        double* row,
        out long length,
        double* results
    );

    [LibraryImport(Library, EntryPoint = "LGBM_FastConfigFree")]
    public static partial int FastConfigFree(nint fastConfig);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    public static partial int BoosterFree(nint booster);

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint GetLastError();

    [LibraryImport(Library, EntryPoint = "LGBM_RegisterLogCallback")]
    private static partial int RegisterLogCallback(delegate* unmanaged[Cdecl]<byte*, void> callback);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(byte* text)
    {
        var line = Marshal.PtrToStringUTF8((nint)text)?.Trim();
        if (!string.IsNullOrEmpty(line))
        {
            listener?.Log(line);
        }
    }
}

/// <summary>LightGBM said no. What users can cause is refused before it is called, so this is ours to mend.</summary>
public sealed class LightGbmException : Exception
{
    public LightGbmException() { }

    public LightGbmException(string message)
        : base(message) { }

    public LightGbmException(string message, Exception innerException)
        : base(message, innerException) { }
}
