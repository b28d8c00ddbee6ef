namespace Millrace.Cli;

/// <summary>What stands over a column of a table.</summary>
/// <param name="Text">What is printed.</param>
/// <param name="IsNumber">Whether numbers stand under it, set to the right.</param>
internal readonly record struct Heading(string Text, bool IsNumber)
{
    /// <summary>For headings of our own: one that ends in # is over numbers.</summary>
    public static implicit operator Heading(string text) =>
        text is [_, .., '#'] ? new(text[..^1], IsNumber: true) : new(text, IsNumber: false);
}
