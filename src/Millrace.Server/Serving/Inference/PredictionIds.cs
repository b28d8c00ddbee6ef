using Millrace.Core;

namespace Millrace.Serving.Inference;

/// <summary>
/// Ids of version 7 that rise strictly within the process, also within a millisecond and when the clock steps back: 48 bits
/// of time and a 12-bit counter (RFC 9562, 6.2, method 1), then 62 random bits.
/// </summary>
internal sealed class PredictionIds(TimeProvider time)
{
    private long last;

    public PredictionId Next()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() << 12;
        var seen = Volatile.Read(ref last);
        while (true)
        {
            var next = Math.Max(now, seen + 1);
            var before = Interlocked.CompareExchange(ref last, next, seen);
            if (before == seen)
            {
                var high = ((ulong)next >> 12 << 16) | 0x7000 | ((ulong)next & 0xFFF);
                var low = (ulong)Random.Shared.NextInt64() >> 1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
                return new(new UInt128(high, low));
            }

            seen = before;
        }
    }
}
