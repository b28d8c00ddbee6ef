using System.Text.RegularExpressions;
using Millrace.Testing;
using Xunit;

namespace Millrace.Tests.House;

public sealed partial class DocumentLinkTests
{
    [Fact]
    public void What_a_page_links_to_or_shows_is_there()
    {
        var pages = new[] { "docs", "bench", "samples" }
            .SelectMany(f =>
                Directory.EnumerateFiles(Path.Combine(SharedData.Root, f), "*.md", SearchOption.AllDirectories)
            )
            .Concat(Directory.EnumerateFiles(SharedData.Root, "*.md"))
            .ToList();
        Assert.Empty(
            from page in pages
            from Match link in Link().Matches(File.ReadAllText(page))
            let target = link.Groups["target"].Value
            where !target.Contains(':', StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target))
            select $"{Path.GetRelativePath(SharedData.Root, page)}: {target}"
        );
        Assert.NotEmpty(pages);
    }

    /// <summary>[words](target) and ![words](target), without what follows a #.</summary>
    [GeneratedRegex(@"\]\((?<target>[^)\s#]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Link();
}
