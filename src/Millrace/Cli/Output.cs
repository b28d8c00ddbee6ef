using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Millrace.Core;
using Spectre.Console;

namespace Millrace.Cli;

/// <summary>Prints for a person, or as JSON for a script; never both.</summary>
internal sealed class Output(bool json)
{
    /// <summary>A column narrower than its cells and than this is not read but spelt.</summary>
    private const int ReadableWidth = 8;

    /// <summary>Wider than anything that is printed.</summary>
    private const int Unbroken = 100_000;

    public bool IsJson => json;

    /// <summary>True where a person sees it happen: progress bars make sense.</summary>
    public bool IsLive => !json && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;

    /// <summary>
    /// A pipe and a file are as wide as need be: broken at some 80 columns, grep would miss lines, and a command to copy
    /// would be two.
    /// </summary>
    public static void KeepLinesWhole()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = Unbroken;
        }
    }

    /// <summary>What went wrong, on standard error.</summary>
    public static void Error(string message)
    {
        var error = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected)
        {
            error.Profile.Width = Unbroken;
        }

        error.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{message}[/]");
    }

    /// <summary>The result of a verb: as it is for a script, else as <paramref name="person"/> prints it.</summary>
    public void Result(object result, Action person)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(result, result.GetType(), Json.Options));
        }
        else
        {
            person();
        }
    }

    public void Line(FormattableString text)
    {
        if (!json)
        {
            // Only texts are escaped where they are put in, and an address may hold brackets: [::1].
            var arguments = text.GetArguments().Select(a => (object?)(a is Uri uri ? uri.ToString() : a)).ToArray();
            AnsiConsole.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                FormattableStringFactory.Create(text.Format, arguments)
            );
        }
    }

    /// <param name="headings">One for each column.</param>
    /// <param name="rows">One text for each column.</param>
    /// <param name="none">What is said where there are no rows; without it, the headings stand alone.</param>
    public static void Table(
        IReadOnlyList<Heading> headings,
        IEnumerable<IReadOnlyList<string>> rows,
        string? none = null
    )
    {
        var all = rows.ToList();
        if (all.Count == 0 && none is not null)
        {
            AnsiConsole.WriteLine(none);
            return;
        }

        if (!Fits(headings, all))
        {
            Upright(headings, all);
            return;
        }

        var table = new Table().Border(TableBorder.None);
        table.ShowHeaders = headings.Any(h => h.Text.Length > 0);
        foreach (var heading in headings)
        {
            var column = new TableColumn($"[bold]{Markup.Escape(heading.Text)}[/]").PadRight(2);
            table.AddColumn(heading.IsNumber ? column.RightAligned() : column);
        }

        foreach (var row in all)
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Whether every column gets its cells whole, or enough of the width to be read broken in lines.</summary>
    private static bool Fits(IReadOnlyList<Heading> headings, List<IReadOnlyList<string>> rows) =>
        headings
            .Select((h, i) => Math.Min(ReadableWidth, rows.Select(r => r[i].Length).Append(h.Text.Length).Max()) + 2)
            .Sum() <= AnsiConsole.Profile.Width;

    /// <summary>A row below the other, a line for each column.</summary>
    private static void Upright(IReadOnlyList<Heading> headings, List<IReadOnlyList<string>> rows)
    {
        var widest = headings.Max(h => h.Text.Length);
        foreach (var row in rows)
        {
            foreach (var (heading, cell) in headings.Zip(row))
            {
                AnsiConsole.WriteLine($"{heading.Text.PadRight(widest)}  {cell}");
            }

            AnsiConsole.WriteLine();
        }
    }

    public static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>1 row, 2,000 rows.</summary>
    public static string Count(long n, string one) => $"{Count(n)} {one}{(n == 1 ? "" : "s")}";

    /// <summary>Four decimals always, so that those of a column stand beneath each other.</summary>
    public static string Metric(double? x) => x?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "–";

    public static string Score(double? x) => x?.ToString("0.####", CultureInfo.InvariantCulture) ?? "–";

    public static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;

    public static string Moment(DateTimeOffset? at) =>
        at?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "–";
}
