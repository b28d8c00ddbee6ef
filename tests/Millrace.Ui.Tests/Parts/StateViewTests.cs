using Bunit;
using Millrace.Core;
using Millrace.Ui.Parts;
using Xunit;

namespace Millrace.Ui.Tests.Parts;

public sealed class StateViewTests : PartsContext
{
    private int retries;

    [Fact]
    public void Loading_says_so_to_those_who_cannot_see_it()
    {
        var view = Shown(Loaded.Nothing<string>());
        Assert.Equal("true", view.Find("[role=status]").GetAttribute("aria-busy"));
        Assert.Contains("Loading", view.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Ready_shows_what_was_loaded() =>
        Shown(Loaded.Ready("seven")).Find("em").MarkupMatches("<em>seven</em>");

    [Fact]
    public void Empty_says_what_to_do() =>
        Assert.Contains("type this", Shown(Loaded.Ready("")).Markup, StringComparison.Ordinal);

    [Fact]
    public async Task Failed_says_why_and_offers_to_try_again()
    {
        var view = Shown(Loaded.Nothing<string>().Failed(new HttpRequestException("connection refused")));
        Assert.Contains("connection refused", view.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        await view.Find("button").ClickAsync();
        Assert.Equal(1, retries);
    }

    [Fact]
    public void Missing_is_told_apart_from_failed()
    {
        var view = Shown(Loaded.Nothing<string>().Failed(Refusal.NotFound("There is no dataset ratings.")));
        Assert.Equal("Not found", view.Find("h2").TextContent);
        Assert.Contains("There is no dataset ratings.", view.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_loaded_stays_when_a_later_look_fails()
    {
        var view = Shown(Loaded.Ready("seven").Failed(new HttpRequestException("gone")));
        Assert.Equal("seven", view.Find("em").TextContent);
        Assert.Contains("gone", view.Find(".notice").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<StateView<string>> Shown(Loaded<string> load) =>
        Render<StateView<string>>(p =>
            p.Add(v => v.Load, load)
                .Add(v => v.IsEmpty, text => text.Length == 0)
                .Add(v => v.Empty, "<p>type this</p>")
                .Add(v => v.Ready, text => $"<em>{text}</em>")
                .Add(v => v.OnRetry, () => retries++)
        );
}
