using Millrace.Core;
using Millrace.Engine.Ingest;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>Which files a folder means.</summary>
public sealed class ExpandFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("millrace-expand-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_folder_means_the_data_in_all_its_folders_but_not_what_is_hidden()
    {
        foreach (
            var file in new[]
            {
                "b.csv",
                "a/2.csv.gz",
                "a/1.jsonl",
                "a/deep/down/x.parquet",
                "a/read.me",
                ".git/hidden.csv",
                "a/.hidden.csv",
            }
        )
        {
            var path = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "x");
        }

        Assert.Equal(
            ["a/1.jsonl", "a/2.csv.gz", "a/deep/down/x.parquet", "b.csv"],
            ExpandFiles.Run(["."], folder).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
        );
    }

    [Fact]
    public void A_folder_that_leads_back_to_itself_is_looked_through_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets only some people make links.");
        File.WriteAllText(Path.Combine(folder, "a.csv"), "x");
        Directory.CreateSymbolicLink(Path.Combine(folder, "again"), folder);
        File.CreateSymbolicLink(Path.Combine(folder, "b.csv"), "a.csv");

        Assert.Equal(["a.csv", "b.csv"], ExpandFiles.Run([folder], folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("/data/a\0", "'/data/a\\0' is not a path")]
    [InlineData("a\0*.csv", "'a\\0*.csv' is not a path")]
    public void A_path_with_a_zero_character_is_refused_by_name(string path, string message) =>
        Assert.StartsWith(
            message,
            Assert.Throws<RefusalException>(() => ExpandFiles.Run([path], folder)).Message,
            StringComparison.Ordinal
        );
}
