namespace Millrace.Engine.Work;

/// <summary>What work can tell of itself before it has a result.</summary>
public static class WorkFacts
{
    /// <summary>SHA-256 of the recipe with its fitted constants.</summary>
    public const string RecipeHash = "recipe_hash";

    /// <summary>The most memory that the process has held at once, in bytes.</summary>
    public const string PeakMemoryBytes = "peak_memory_bytes";
}
