namespace Millrace.Engine.Tables;

/// <summary>The types that a dataset column may have; in YAML and JSON by their lower-case names.</summary>
public enum ColumnType
{
    Bool,
    Int32,
    Int64,
    Double,
    String,

    /// <summary>A day without time or zone.</summary>
    Date,

    /// <summary>A moment in UTC, microsecond resolution.</summary>
    Timestamp,
}
