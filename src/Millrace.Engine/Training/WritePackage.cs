using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Recipes;
using Millrace.Engine.Scoring;

namespace Millrace.Engine.Training;

/// <summary>Writes a model package. Nothing goes in that differs between two equal trainings: no time, no duration, no path.</summary>
internal static class WritePackage
{
    public static void Trees(string folder, ModelCard card, FittedRecipe recipe, string trees)
    {
        Common(folder, card, recipe);
        File.WriteAllText(Path.Combine(folder, ModelFolder.Trees), trees);
    }

    public static void Recommender(string folder, ModelCard card, FittedRecipe recipe, RecommenderModel model)
    {
        Common(folder, card, recipe);
        using var file = File.Create(Path.Combine(folder, ModelFolder.Recommender), 1 << 20);
        RecommenderFile.Write(file, model);
    }

    private static void Common(string folder, ModelCard card, FittedRecipe recipe)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(
            Path.Combine(folder, ModelFolder.Card),
            JsonSerializer.SerializeToUtf8Bytes(card, Json.Options)
        );
        File.WriteAllText(Path.Combine(folder, ModelFolder.Recipe), recipe.ToJson());
    }
}
