using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core;

/// <summary>A table that many versions are made of. Lower-case letters, digits, '-', '_' and '.', see <see cref="Name"/>.</summary>
public readonly record struct DatasetName(string Value) : IParsable<DatasetName>
{
    public static DatasetName Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var name) ? name : throw Name.Refused(s, "dataset");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DatasetName result)
    {
        result = new(s ?? "");
        return Name.IsValid(s);
    }

    public override string ToString() => Value;
}
