using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>
/// A recipe with its learned constants: for batches as SQL, for one row as a compiled program, with the same bits from
/// both. It travels with the model, so that serving prepares rows exactly as training did.
/// </summary>
public sealed class FittedRecipe
{
    /// <summary>The column that a relation must have where the recipe drops duplicates: the order of ingestion.</summary>
    public const string RowNumber = "__row";

    private const string Format = "millrace-recipe/1";

    private readonly RecipeState state;
    private readonly string json;

    internal FittedRecipe(IReadOnlyList<StepDeclaration> steps, RecipeState state, IReadOnlyList<LearnedStep> learned)
    {
        this.state = state;
        Output = [.. state.Columns.Select(c => c.Column)];
        json = CanonicalJson.Write(new Document(Format, state.Input, steps, learned));
        Hash = DeclarationHash.OfText(json);
    }

    public IReadOnlyList<Column> Input => state.Input;

    public IReadOnlyList<Column> Output { get; }

    /// <summary>SHA-256 of the canonical JSON: equal for two fits that prepare alike.</summary>
    public string Hash { get; }

    /// <summary>A SELECT that prepares all rows of the relation, filters included. The order of its rows is not defined: carry what orders them.</summary>
    /// <param name="relation">What stands after FROM.</param>
    /// <param name="carry">Columns of the relation to go along unchanged, after the outputs; one that is an output too stands there only.</param>
    public string ToSql(string relation, IReadOnlyList<string> carry)
    {
        var carried = carry
            .Where(name => !state.Columns.Any(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        var slots = RecipeSql.Slots(state.Input, state.Operations, relation, where: null, carried);
        var outputs = state
            .Columns.Select(c => $"{RecipeSql.Store(c.Slot, c.Type)} AS {Sql.Identifier(c.Name)}")
            .Concat(carried.Select((name, i) => $"k{i} AS {Sql.Identifier(name)}"));
        return $"SELECT {string.Join(", ", outputs)} FROM ({slots})";
    }

    /// <summary>The recipe for one row: only what those outputs need; filters and dropped duplicates are for batches.</summary>
    /// <exception cref="ArgumentException">An output is none of <see cref="Output"/>.</exception>
    public RowRecipe ForRow(IReadOnlyList<string> outputs) => RowRecipe.Of(state, outputs);

    /// <summary>Canonical: the same recipe gives the same text.</summary>
    public string ToJson() => json;

    /// <exception cref="InvalidDataException">The text is not a fitted recipe of this version.</exception>
    public static FittedRecipe FromJson(string json)
    {
        try
        {
            var document = JsonSerializer.Deserialize<Document>(json, Json.Options);
            return document is { Format: Format }
                ? new FittedRecipe(
                    document.Steps,
                    RecipeSteps.Apply(document.Steps, document.Input, new AlreadyLearned(document.Learned)),
                    document.Learned
                )
                : throw new InvalidDataException($"This is not a recipe of the format {Format}.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"This is not a fitted recipe: {e.Message}", e);
        }
    }

    private sealed record Document(
        string Format,
        IReadOnlyList<Column> Input,
        IReadOnlyList<StepDeclaration> Steps,
        IReadOnlyList<LearnedStep> Learned
    );
}
