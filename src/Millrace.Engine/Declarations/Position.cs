using System.Runtime.InteropServices;

namespace Millrace.Engine.Declarations;

/// <summary>Where in a loop file something stands, both counted from 1; 0 and 0 for what does not come from a file.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Position(int Line, int Column)
{
    /// <summary>Nowhere.</summary>
    public static Position None => default;

    public bool IsKnown => Line > 0;

    /// <summary>The place of a character of a text that starts here; a text of several lines keeps its indentation.</summary>
    public Position Within(ReadOnlySpan<char> text, int offset)
    {
        if (!IsKnown)
        {
            return this;
        }

        var before = text[..Math.Min(offset, text.Length)];
        return new Position(Line + before.Count('\n'), Column + before.Length - (before.LastIndexOf('\n') + 1));
    }
}
