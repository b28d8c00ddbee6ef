using Millrace.Core;
using Xunit;

namespace Millrace.Tests;

public sealed class NameTests
{
    [Theory]
    [InlineData("movie-night", true)]
    [InlineData("2024.sales_v1", true)]
    [InlineData("", false)]
    [InlineData("../etc", false)]
    [InlineData("-dash", false)]
    [InlineData("Upper", false)]
    [InlineData("a b", false)]
    public void A_name_is_safe_in_paths_urls_and_commands(string name, bool valid) =>
        Assert.Equal(valid, DatasetName.TryParse(name, null, out _));

    [Fact]
    public void A_refused_name_is_told_what_a_name_looks_like() =>
        Assert.Contains(
            "lower-case letters",
            Assert.Throws<RefusalException>(() => ModelName.Parse("No Way", null)).Message,
            StringComparison.Ordinal
        );
}
