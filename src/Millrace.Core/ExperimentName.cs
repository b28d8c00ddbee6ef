using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core;

/// <summary>A named group of runs. Lower-case letters, digits, '-', '_' and '.', see <see cref="Name"/>.</summary>
public readonly record struct ExperimentName(string Value) : IParsable<ExperimentName>
{
    public static ExperimentName Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var name) ? name : throw Name.Refused(s, "experiment");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ExperimentName result)
    {
        result = new(s ?? "");
        return Name.IsValid(s);
    }

    public override string ToString() => Value;
}
