using Millrace.Engine.Recipes;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Scoring;

/// <summary>A recommender over the users and items that it was trained on; strangers get what is popular.</summary>
internal sealed class KnownUsersPredictor(ModelCard card, RowRecipe recipe, RecommenderModel model)
    : ItemPredictor(card)
{
    public override IReadOnlyList<ScoredItem> Recommend(Value user, int count) =>
        model.Recommend(Prepared(user), count);

    public override bool Knows(Value user) => model.Knows(Prepared(user));

    public override bool HasTextItems => model.Items is [{ Kind: not ValueKind.Int64 }, ..];

    private Value Prepared(Value user)
    {
        var prepared = Value.Null;
        recipe.Run(new ReadOnlySpan<Value>(in user), new Span<Value>(ref prepared));
        return prepared;
    }
}
