using System.Text;
using System.Text.RegularExpressions;

namespace Millrace.Server.Tests.Tutorials;

/// <summary>
/// A page with commands, read as its reader reads it: what stands in a bash block is typed, what stands in a text block is
/// printed by the bash block before it, where … stands for whatever differs from one time to the next.
/// </summary>
internal sealed class TutorialPage
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);
    private readonly string name;
    private readonly IReadOnlyList<Block> blocks;

    /// <param name="name">What complaints call it.</param>
    /// <param name="markdown">The page.</param>
    public TutorialPage(string name, string markdown) => (this.name, blocks) = (name, [.. Read(name, markdown)]);

    private sealed record Block(int Line, string Language, IReadOnlyList<string> Lines);

    /// <summary>All bash blocks one after the other; what each prints follows a line that says where it stands.</summary>
    public string Script()
    {
        var script = new StringBuilder("exec 2>&1\n");
        // Where a command fails, bash ends: what it left at work in the background has to end as well.
        script.Append("trap 'for job in $(jobs -p); do kill $job || true; wait $job || true; done' EXIT\n");
        foreach (var block in blocks.Where(b => b.Language is "bash"))
        {
            script.Append($"printf '\\n%s\\n' '{Mark(block)}'\n").AppendJoin('\n', block.Lines).Append('\n');
        }

        return script.Append($"printf '\\n%s\\n' '{End}'\njobs -r\n").ToString();
    }

    /// <param name="printed">By the script, until it ended or was ended.</param>
    /// <param name="how">Null where it came to its end without a fault; else how it ended.</param>
    /// <returns>What the page promises and does not keep; null where it is all true.</returns>
    public string? ComplaintAbout(string printed, string? how)
    {
        var parts = Parts(printed);
        if (how is not null)
        {
            var (mark, lines) = parts[^1];
            return $"{how} in the block at {mark}, which printed:\n{string.Join('\n', lines)}";
        }

        if (parts[^1].Lines is { Count: > 0 } left)
        {
            return $"{name} leaves running:\n{string.Join('\n', left)}";
        }

        Block? command = null;
        foreach (var block in blocks)
        {
            if (block.Language is "bash")
            {
                command = block;
                continue;
            }

            var lines = parts.Single(p => string.Equals(p.Mark, Mark(command!), StringComparison.Ordinal)).Lines;
            if (FirstMissing(block.Lines, lines) is { } missing)
            {
                return $"{Mark(block)} promises\n{missing}\nbut the block at {Mark(command!)} printed:\n{string.Join('\n', lines)}";
            }
        }

        return null;
    }

    private string End => $"{name}: its end";

    private string Mark(Block block) => $"{name}:{block.Line}";

    /// <summary>Line by line and in order; between two promised lines there may be others.</summary>
    private static string? FirstMissing(IReadOnlyList<string> promised, List<string> printed)
    {
        var at = 0;
        foreach (var line in promised.Select(OneSpace).Where(l => l.Length > 0))
        {
            var pattern = $"^{Regex.Escape(line).Replace("…", ".*", StringComparison.Ordinal)}$";
            while (
                at < printed.Count && !Regex.IsMatch(OneSpace(printed[at]), pattern, RegexOptions.None, MatchTimeout)
            )
            {
                at++;
            }

            if (at++ == printed.Count)
            {
                return line;
            }
        }

        return null;
    }

    private List<(string Mark, List<string> Lines)> Parts(string printed)
    {
        var marks = blocks.Select(Mark).Append(End).ToHashSet(StringComparer.Ordinal);
        var parts = new List<(string Mark, List<string> Lines)> { (name, []) };
        foreach (var line in printed.Split('\n').Where(l => l.Trim().Length > 0))
        {
            if (marks.Contains(line))
            {
                parts.Add((line, []));
            }
            else
            {
                parts[^1].Lines.Add(line);
            }
        }

        return parts;
    }

    private static string OneSpace(string line) =>
        string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static IEnumerable<Block> Read(string name, string markdown)
    {
        Block? open = null;
        var lines = new List<string>();
        var number = 0;
        foreach (var line in markdown.ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            if (open is null && line.StartsWith("```", StringComparison.Ordinal))
            {
                open = new(number, line[3..], lines = []);
                // A block that nobody runs and nobody checks would be the first to become untrue.
                if (open.Language is not ("bash" or "text"))
                {
                    throw new FormatException($"{name}:{number} is neither bash nor text: '{open.Language}'.");
                }
            }
            else if (open is not null && line is "```")
            {
                yield return open;
                open = null;
            }
            else if (open is not null)
            {
                lines.Add(line);
            }
        }

        if (open is not null)
        {
            throw new FormatException($"The block at {name}:{open.Line} has no end.");
        }
    }
}
