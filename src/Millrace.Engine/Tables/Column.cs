namespace Millrace.Engine.Tables;

/// <summary>Name and type of one column. Names keep the case of the source and are matched exactly.</summary>
public sealed record Column(string Name, ColumnType Type);
