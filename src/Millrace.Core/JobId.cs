using System.Diagnostics.CodeAnalysis;

namespace Millrace.Core;

/// <summary>One piece of work in a child process. 32 hexadecimal digits that sort by time of creation.</summary>
public readonly record struct JobId(string Value) : IParsable<JobId>
{
    public static JobId New(TimeProvider time) => new(Id.New(time));

    public static JobId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id)
            ? id
            : throw Refusal.Invalid($"'{s}' is not a job id: 32 hexadecimal digits.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out JobId result)
    {
        result = new(s ?? "");
        return Id.IsValid(s);
    }

    public override string ToString() => Value;
}
