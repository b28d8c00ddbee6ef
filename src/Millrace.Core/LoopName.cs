using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core;

/// <summary>A declared loop. Lower-case letters, digits, '-', '_' and '.', see <see cref="Name"/>.</summary>
public readonly record struct LoopName(string Value) : IParsable<LoopName>
{
    public static LoopName Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var name) ? name : throw Name.Refused(s, "loop");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LoopName result)
    {
        result = new(s ?? "");
        return Name.IsValid(s);
    }

    public override string ToString() => Value;
}
