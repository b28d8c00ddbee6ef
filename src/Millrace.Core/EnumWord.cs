namespace Millrace.Core;

/// <summary>A value of an enumeration as people write it, in YAML and in sentences: int64, running, recommend.</summary>
public static class EnumWord
{
    public static string Word(this Enum value) => value.ToString().ToLowerInvariant();
}
