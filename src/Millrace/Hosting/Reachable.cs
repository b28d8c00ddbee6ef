namespace Millrace.Hosting;

/// <summary>Where a server that listens can be asked from this machine.</summary>
internal static class Reachable
{
    /// <summary>"Any address" is one to listen on, not one to ask.</summary>
    public static Uri Of(Uri listening) =>
        listening.Host is "0.0.0.0" or "[::]" ? new UriBuilder(listening) { Host = "127.0.0.1" }.Uri : listening;
}
