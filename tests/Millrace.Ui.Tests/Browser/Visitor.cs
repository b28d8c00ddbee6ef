using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Millrace.Ui.Tests.Browser;

/// <summary>Somebody with a browser, who notices what is wrong with a page.</summary>
internal sealed partial class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> complaints = [];

    public Visitor(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        page.SetDefaultTimeout(30_000);
        page.Console += (_, message) =>
        {
            // Said wherever a busy machine draws the first text late: it tells of the machine and not of the page.
            var isLate = message.Text.Contains(
                "was preloaded using link preload but not used",
                StringComparison.Ordinal
            );
            if (message.Type is "error" or "warning" && !isLate)
            {
                complaints.Add($"console: {message.Text}");
            }
        };
        page.PageError += (_, error) => complaints.Add($"script: {error}");
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && !new Uri(request.Url).IsLoopback)
            {
                complaints.Add($"asks another host: {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Opens a page and waits until it is interactive and shows what it loaded.</summary>
    public async Task OpenAsync(string path)
    {
        await Page.GotoAsync(path);
        await ReadyAsync();
    }

    public async Task ReadyAsync()
    {
        await Page.Locator("[data-interactive] main h1").First.WaitForAsync();
        await Assertions.Expect(Page.Locator("main [aria-busy=true]")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
    }

    /// <summary>What is wrong with the page as it stands; empty for nothing.</summary>
    public async Task<IReadOnlyList<string>> ComplaintsAsync()
    {
        var found = new List<string>(complaints);
        complaints.Clear();
        var overflow = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
        if (overflow > 0)
        {
            found.Add($"{overflow} pixels wider than the window: {await Page.EvaluateAsync<string>(Scripts.Widest)}");
        }

        var tree = await Page.Locator("body").AriaSnapshotAsync();
        found.AddRange(Nameless().Matches(tree).Select(m => $"a control without a name: {m.Value.Trim()}"));
        found.AddRange((await Page.EvaluateAsync<string[]>(Scripts.Contrast)).Select(c => $"contrast: {c}"));
        if (await Page.Locator("h1").CountAsync() != 1)
        {
            found.Add("not one h1");
        }

        return found;
    }

    /// <summary>
    /// What is wrong with the page as it stands, at both widths and in both themes, with a picture of each. The page follows
    /// window and system without being loaded again.
    /// </summary>
    public async Task<IReadOnlyList<string>> FromAllSidesAsync(string name, bool isPictured = true)
    {
        var found = new List<string>();
        foreach (var width in new[] { 1280, 390 })
        {
            await Page.SetViewportSizeAsync(width, Height(width));
            foreach (var dark in new[] { false, true })
            {
                await Page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
                await Page.WaitForFunctionAsync(Scripts.HasTheme, dark ? "dark" : "light");
                await Page.EvaluateAsync(Scripts.EndTransitions);
                var side = (width < 600 ? "-phone" : "") + (dark ? "-dark" : "");
                found.AddRange((await ComplaintsAsync()).Select(c => $"{name}{side} {c}"));
                if (isPictured)
                {
                    await PictureAsync(name + side);
                }
            }
        }

        return found;
    }

    public static int Height(int width) => width < 600 ? 844 : 900;

    public async Task AssertNothingToComplainAboutAsync() => AssertNothing(await ComplaintsAsync());

    public static void AssertNothing(IReadOnlyCollection<string> complaints) =>
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));

    /// <summary>Pictures are of the repository only when asked for, so that tests leave it as it was.</summary>
    public async Task PictureAsync(string name, bool whole = true)
    {
        if (Environment.GetEnvironmentVariable("MILLRACE_PICTURES") is "1")
        {
            var (width, height) = (Page.ViewportSize!.Width, Page.ViewportSize.Height);
            if (whole)
            {
                // A window as tall as the page: bars that stick to its edges stay where they belong.
                var tall = await Page.EvaluateAsync<int>("document.documentElement.scrollHeight");
                await Page.SetViewportSizeAsync(width, Math.Max(height, tall));
            }

            await Page.ScreenshotAsync(new() { Path = Path.Combine(Images(), name + ".png") });
            await Page.SetViewportSizeAsync(width, height);
        }
    }

    public async ValueTask DisposeAsync() => await context.DisposeAsync();

    private static string Images()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Millrace.slnx")))
        {
            folder = folder.Parent!;
        }

        return Directory.CreateDirectory(Path.Combine(folder.FullName, "docs", "images")).FullName;
    }

    /// <summary>A named control is followed by its name in quotation marks.</summary>
    [GeneratedRegex(
        @"^\s*- (link|button|textbox|combobox|spinbutton|checkbox|searchbox|option)(:|\s*$| \[).*$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5_000
    )]
    private static partial Regex Nameless();
}
