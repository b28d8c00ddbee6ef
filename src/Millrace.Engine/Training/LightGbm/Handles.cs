using System.Runtime.InteropServices;

namespace Millrace.Engine.Training.LightGbm;

internal sealed class DatasetHandle : SafeHandle
{
    public DatasetHandle(nint dataset)
        : base(0, ownsHandle: true) => SetHandle(dataset);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LightGbmApi.DatasetFree(handle) == 0;
}

internal sealed class BoosterHandle : SafeHandle
{
    public BoosterHandle(nint booster)
        : base(0, ownsHandle: true) => SetHandle(booster);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LightGbmApi.BoosterFree(handle) == 0;
}
