namespace Millrace.Core;

/// <summary>What a caller may ask for at once.</summary>
public static class Limits
{
    public const int MaxPageSize = 1000;

    public static int PageSize(int asked, int most = MaxPageSize) =>
        asked >= 1 && asked <= most
            ? asked
            : throw Refusal.Invalid($"limit {asked} is not possible: ask for 1 to {most}.");

    public static int Offset(int asked) =>
        asked >= 0 ? asked : throw Refusal.Invalid($"offset {asked} is not possible: 0 or more.");
}
