using Millrace.Engine.Tables;

namespace Millrace.Engine.History;

/// <summary>One row as it happened: what was known before, and what came of it.</summary>
/// <param name="Number">Its place in the history, from 0.</param>
/// <param name="At">When it happened; null where rows have no time.</param>
/// <param name="Cells">The raw values, in the order of the schema.</param>
/// <param name="Actual">What really happened: the class as text, the number, or the item.</param>
/// <param name="Who">Recommend: the user, as the recipe leaves him.</param>
/// <param name="Counts">Whether it teaches what is right: for recommend, whether it was liked.</param>
public sealed record HistoryRow(long Number, DateTimeOffset? At, Value[] Cells, Value Actual, Value Who, bool Counts);
