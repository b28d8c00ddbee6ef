using System.Text;
using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes;

namespace Millrace.Engine.Scoring;

/// <summary>
/// Opens model packages, which may come from anywhere: they are data, are bounded in size, and are checked whole before the first
/// prediction. What is wrong with one is a refusal that names the file.
/// </summary>
public static class PackageReader
{
    private const long MaxCardBytes = 16L << 20;
    private const long MaxRecipeBytes = 256L << 20;
    private const long MaxModelBytes = 1536L << 20;

    /// <returns>A <see cref="ScorePredictor"/> or an <see cref="ItemPredictor"/>, as the card's task demands.</returns>
    public static Predictor Open(string folder)
    {
        var card = ReadCard(folder);
        var recipe = ReadRecipe(folder);
        return card.Task == TaskKind.Recommend
            ? OpenRecommender(folder, card, recipe)
            : OpenTrees(folder, card, recipe);
    }

    public static ModelCard ReadCard(string folder)
    {
        try
        {
            var card =
                JsonSerializer.Deserialize<ModelCard>(Bytes(folder, ModelFolder.Card, MaxCardBytes), Json.Options)
                ?? throw Broken(ModelFolder.Card, "it is empty");
            return Enum.IsDefined(card.Task) && card is { Inputs: not null, Features: not null, Classes: not null }
                ? card
                : throw Broken(ModelFolder.Card, "it is incomplete");
        }
        catch (JsonException e)
        {
            throw Broken(ModelFolder.Card, e.Message);
        }
    }

    internal static byte[] Bytes(string folder, string name, long limit)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists)
        {
            throw Broken(name, "it is missing");
        }
        return file.Length <= limit
            ? File.ReadAllBytes(file.FullName)
            : throw Broken(name, $"it has {file.Length >> 20} MB, and {limit >> 20} MB is the most");
    }

    internal static RefusalException Broken(string file, string why) =>
        Refusal.Invalid($"This is not a model package that can be served: {file}: {why.TrimEnd('.')}.");

    private static FittedRecipe ReadRecipe(string folder)
    {
        try
        {
            return FittedRecipe.FromJson(Encoding.UTF8.GetString(Bytes(folder, ModelFolder.Recipe, MaxRecipeBytes)));
        }
        catch (InvalidDataException e)
        {
            throw Broken(ModelFolder.Recipe, e.Message);
        }
    }

    private static TreePredictor OpenTrees(string folder, ModelCard card, FittedRecipe recipe)
    {
        using var text = new StreamReader(new MemoryStream(Bytes(folder, ModelFolder.Trees, MaxModelBytes)));
        var trees = new TreeEnsemble(TreeModelReader.Read(text));
        var expected = trees.Transform switch
        {
            ScoreTransform.None => 0,
            ScoreTransform.Sigmoid => 2,
            _ => trees.RawScores,
        };
        if (card.Classes.Count != expected || (card.Task == TaskKind.Classify) != (expected > 0))
        {
            throw Broken(ModelFolder.Card, $"it names {card.Classes.Count} classes, and model.txt has {expected}");
        }
        if (card.Features.Count != trees.Features)
        {
            throw Broken(
                ModelFolder.Card,
                $"it names {card.Features.Count} features, and model.txt has {trees.Features}"
            );
        }
        if (expected == 2 && !card.Classes.Contains(card.Positive, StringComparer.Ordinal))
        {
            throw Broken(ModelFolder.Card, "the positive class is none of its classes");
        }
        return new TreePredictor(card, ForRow(card, recipe, card.Features), trees);
    }

    private static KnownUsersPredictor OpenRecommender(string folder, ModelCard card, FittedRecipe recipe)
    {
        var model = RecommenderFile.Read(Bytes(folder, ModelFolder.Recommender, MaxModelBytes));
        if (card.User is null || card.Item is null || card.Inputs.Count != 1)
        {
            throw Broken(ModelFolder.Card, "a recommender names its user and item, and has one input");
        }
        return new KnownUsersPredictor(card, ForRow(card, recipe, card.Features), model);
    }

    private static RowRecipe ForRow(ModelCard card, FittedRecipe recipe, IReadOnlyList<string> outputs)
    {
        if (
            outputs.FirstOrDefault(o => !recipe.Output.Any(c => string.Equals(c.Name, o, StringComparison.Ordinal))) is
            { } lost
        )
        {
            throw Broken(ModelFolder.Recipe, $"it makes no column '{lost}', which the model needs");
        }
        var row = recipe.ForRow(outputs);
        return row.Inputs.SequenceEqual(card.Inputs)
            ? row
            : throw Broken(ModelFolder.Card, "its inputs are not those that the recipe needs");
    }
}
