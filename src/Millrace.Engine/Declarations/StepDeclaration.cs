using System.Text.Json.Serialization;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Declarations;

/// <summary>One declared step of a recipe. In JSON its kind is called <c>step</c>, as in the YAML.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step")]
[JsonDerivedType(typeof(RenameStep), "rename")]
[JsonDerivedType(typeof(CastStep), "cast")]
[JsonDerivedType(typeof(DeriveStep), "derive")]
[JsonDerivedType(typeof(FilterStep), "filter")]
[JsonDerivedType(typeof(DropDuplicatesStep), "drop_duplicates")]
[JsonDerivedType(typeof(FillMissingStep), "fill_missing")]
[JsonDerivedType(typeof(SelectStep), "select")]
[JsonDerivedType(typeof(DropStep), "drop")]
[JsonDerivedType(typeof(ImputeStep), "impute")]
[JsonDerivedType(typeof(StandardiseStep), "standardise")]
[JsonDerivedType(typeof(OneHotStep), "one_hot")]
[JsonDerivedType(typeof(OrdinalStep), "ordinal")]
public abstract record StepDeclaration
{
    /// <summary>Where the step stands in the loop file; of a derive or filter step, where its expression starts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Position At { get; init; }

    /// <summary>Where the columns that the step names stand, by name, for messages. Null: nowhere but <see cref="At"/>.</summary>
    public IReadOnlyDictionary<string, Position>? Marks { get; init; }

    /// <summary>The best known place for a message about that column.</summary>
    internal Position PlaceOf(string column) => Marks is { } marks && marks.TryGetValue(column, out var at) ? at : At;
}

/// <summary>New name for each old one.</summary>
public sealed record RenameStep(IReadOnlyDictionary<string, string> Names) : StepDeclaration;

/// <summary>Parses or converts one column in place; what cannot be converted becomes null.</summary>
public sealed record CastStep(string Name, ColumnType Type, string? Format) : StepDeclaration;

/// <summary>A column computed by an expression; replaces a column of the same name.</summary>
public sealed record DeriveStep(string Name, string Expression) : StepDeclaration;

/// <summary>Keeps rows for which the expression is true. Batch only: a row to be predicted is never dropped.</summary>
public sealed record FilterStep(string Expression) : StepDeclaration;

/// <summary>Keeps the first row of each key, by the order of ingestion; no columns named: the whole row. Batch only.</summary>
public sealed record DropDuplicatesStep(IReadOnlyList<string> Columns) : StepDeclaration;

/// <summary>A constant for nulls.</summary>
public sealed record FillMissingStep(string Name, string Literal) : StepDeclaration;

public sealed record SelectStep(IReadOnlyList<string> Columns) : StepDeclaration;

public sealed record DropStep(IReadOnlyList<string> Columns) : StepDeclaration;

/// <summary>Fitted: nulls become the mean, median or most frequent value of the training rows.</summary>
public sealed record ImputeStep(IReadOnlyList<string> Columns, ImputeWith With) : StepDeclaration;

/// <summary>Fitted: (x − mean) / standard deviation of the training rows.</summary>
public sealed record StandardiseStep(IReadOnlyList<string> Columns) : StepDeclaration;

/// <summary>Fitted: one 0/1 column for each value seen in training, named column=value; an unseen value is 0 in all.</summary>
public sealed record OneHotStep(IReadOnlyList<string> Columns, int MaxValues) : StepDeclaration;

/// <summary>Fitted: 0, 1, 2 … by frequency in training; an unseen value and null are -1.</summary>
public sealed record OrdinalStep(IReadOnlyList<string> Columns) : StepDeclaration;

public enum ImputeWith
{
    Mean,
    Median,
    MostFrequent,
}
