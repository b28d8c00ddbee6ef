using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core;

/// <summary>An address that predictions are asked of. Lower-case letters, digits, '-', '_' and '.', see <see cref="Name"/>.</summary>
public readonly record struct EndpointName(string Value) : IParsable<EndpointName>
{
    public static EndpointName Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var name) ? name : throw Name.Refused(s, "endpoint");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EndpointName result)
    {
        result = new(s ?? "");
        return Name.IsValid(s);
    }

    public override string ToString() => Value;
}
