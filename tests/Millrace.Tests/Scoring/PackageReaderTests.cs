using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Scoring;
using Millrace.Engine.Training;
using Millrace.Tests.Training;
using Xunit;

namespace Millrace.Tests.Scoring;

public sealed class PackageReaderTests : IDisposable
{
    private readonly Workshop shop = new();

    [Fact]
    public async Task A_package_with_a_part_missing_or_broken_is_refused_by_the_name_of_the_part()
    {
        var trees = await Trees();
        Broken(trees, "model.json", "it is missing", File.Delete);
        Broken(trees, "model.json", "model.json", f => File.WriteAllText(f, "{ \"task\": \"classify\" }"));
        Broken(trees, "model.json", "model.json", f => File.WriteAllText(f, "not json"));
        Broken(trees, "recipe.json", "recipe.json", f => File.WriteAllText(f, "{}"));
        Broken(trees, "recipe.json", "recipe.json", f => File.WriteAllText(f, "[1, 2"));
        Broken(trees, "model.txt", "does not begin with 'tree'", f => File.WriteAllText(f, "\u0080\u0003pickle"));
        Broken(trees, "model.txt", "model.txt", f => File.WriteAllText(f, File.ReadAllText(f)[..2000]));
        Broken(trees, "model.json", "features", f => Replace(f, "\"features\":[\"a\",", "\"features\":["));
        Broken(
            trees,
            "model.json",
            "makes no column 'z'",
            f => Replace(f, "\"features\":[\"a\",", "\"features\":[\"z\",")
        );
        Broken(trees, "model.json", "its inputs are not those", f => Replace(f, "{\"name\":\"b\"", "{\"name\":\"bb\""));
    }

    [Fact]
    public async Task A_recommender_whose_parts_do_not_fit_is_refused()
    {
        var folder = await Recommender();
        Broken(
            folder,
            "recommender.json",
            "is the one that is known",
            f => Replace(f, "recommender/1", "recommender/9")
        );
        Broken(folder, "recommender.json", "unknown part", f => Replace(f, "\"seen\"", "\"code\""));
        Broken(folder, "recommender.json", "do not fit", f => Replace(f, "\"items\":[0,", "\"items\":["));
        Broken(folder, "recommender.json", "recommender.json", f => File.WriteAllText(f, File.ReadAllText(f)[..^40]));
        Broken(folder, "recommender.json", "recommender.json", f => Replace(f, "\"seen\":[[", "\"seen\":[[-1,"));
        Broken(folder, "recommender.json", "recommender.json", f => Replace(f, "\"seen\":[[", "\"seen\":[[99999999,"));
    }

    [Fact]
    public async Task A_package_is_known_by_a_hash_of_what_is_in_it_wherever_it_lies()
    {
        var folder = await Trees();
        var copy = Copy(folder);
        Assert.Equal(ModelFolder.Hash(ModelFolder.Files(folder)), ModelFolder.Hash(ModelFolder.Files(copy)));
        File.AppendAllText(Path.Combine(copy, "model.txt"), "\n");
        Assert.NotEqual(
            ModelFolder.Hash(ModelFolder.Files(folder)),
            ModelFolder.Hash(ModelFolder.Files(copy)),
            StringComparer.Ordinal
        );
    }

    public void Dispose() => shop.Dispose();

    private static void Replace(string file, string old, string by)
    {
        var text = File.ReadAllText(file);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(old, by, StringComparison.Ordinal));
    }

    private void Broken(string folder, string file, string message, Action<string> damage)
    {
        var copy = Copy(folder);
        damage(Path.Combine(copy, file));
        var refusal = Assert.ThrowsAny<RefusalException>(() => PackageReader.Open(copy));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    private string Copy(string folder)
    {
        var copy = Directory.CreateDirectory(shop.NewPath()).FullName;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
        return copy;
    }

    private async Task<string> Trees()
    {
        var model = Workshop.Model(TaskKind.Classify, "lightgbm", ("num_iterations", "20")) with { Target = "y" };
        return await Train(
            shop.Spec(
                "SELECT (hash(i) % 100)::DOUBLE AS a, 'v' || (hash(i + 1) % 9) AS b, hash(i) % 100 > 50 AS y FROM range(800) t(i)",
                model
            )
        );
    }

    private async Task<string> Recommender()
    {
        var model = Workshop.Model(TaskKind.Recommend, "item_knn") with { User = "u", Item = "i" };
        return await Train(
            shop.Spec("SELECT (hash(n) % 40)::BIGINT AS u, (hash(n + 1) % 30)::BIGINT AS i FROM range(900) t(n)", model)
        );
    }

    private async Task<string> Train(TrainingSpec spec)
    {
        await shop.TrainAsync(spec);
        return spec.OutputFolder;
    }
}
