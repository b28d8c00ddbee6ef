using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Millrace.Ui.Tests.Parts;
using Millrace.Ui.Tests.Recorded;
using Xunit;

namespace Millrace.Ui.Tests.Pages;

/// <summary>What every page needs: the parts' things, and a server to ask.</summary>
public abstract class PagesContext : PartsContext, IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private protected RecordedServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RecordedServer.StartAsync();
        Services.AddSingleton(Server.Client);
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeComponentsAsync();
        await base.DisposeAsync();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static void Says<T>(IRenderedComponent<T> page, string words)
        where T : IComponent =>
        page.WaitForAssertion(() => Assert.Contains(words, Text(page), StringComparison.Ordinal), Patience);

    /// <summary>The words of the page, with single spaces.</summary>
    protected static string Text<T>(IRenderedComponent<T> page)
        where T : IComponent =>
        string.Join(
            ' ',
            string.Concat(page.Nodes.Select(n => n.TextContent + " "))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );
}
