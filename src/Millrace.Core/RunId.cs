using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core;

/// <summary>One run: a try of an algorithm on a dataset version. 32 hexadecimal digits that sort by time of creation.</summary>
public readonly record struct RunId(string Value) : IParsable<RunId>
{
    public static RunId New(TimeProvider time) => new(Id.New(time));

    public static RunId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id)
            ? id
            : throw Refusal.Invalid($"'{s}' is not a run id: 32 hexadecimal digits.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RunId result)
    {
        result = new(s ?? "");
        return Id.IsValid(s);
    }

    public override string ToString() => Value;
}
