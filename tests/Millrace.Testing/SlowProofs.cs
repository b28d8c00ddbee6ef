namespace Millrace.Testing;

/// <summary>Proofs that take too long for every change: <c>./test --slow</c> asks for them.</summary>
public static class SlowProofs
{
    public static bool AreAskedFor => Environment.GetEnvironmentVariable("MILLRACE_SLOW") is { Length: > 0 };
}
