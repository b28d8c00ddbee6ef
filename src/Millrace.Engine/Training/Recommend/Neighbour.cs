using System.Runtime.InteropServices;

namespace Millrace.Engine.Training.Recommend;

/// <summary>An item near another.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Neighbour(int Item, float Similarity)
{
    /// <summary>Least similar first; of equals, the later number.</summary>
    public static IComparer<Neighbour> WorstFirst { get; } =
        Comparer<Neighbour>.Create(
            (a, b) =>
                a.Similarity.CompareTo(b.Similarity) is var bySimilarity and not 0
                    ? bySimilarity
                    : b.Item.CompareTo(a.Item)
        );
}
