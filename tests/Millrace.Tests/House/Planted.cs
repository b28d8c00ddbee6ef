using Millrace.Jobs;

// The namespace is the point: it pretends to be Core, which must not know of Jobs.
namespace Millrace.Core;

internal static class Planted
{
    public static string LooksToTheRight => typeof(JobsServices).Name;
}
