using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core;

/// <summary>A registered model. Lower-case letters, digits, '-', '_' and '.', see <see cref="Name"/>.</summary>
public readonly record struct ModelName(string Value) : IParsable<ModelName>
{
    public static ModelName Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var name) ? name : throw Name.Refused(s, "model");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ModelName result)
    {
        result = new(s ?? "");
        return Name.IsValid(s);
    }

    public override string ToString() => Value;
}
