using System.Net;
using Millrace.Api;
using Millrace.Core;
using Millrace.Hosting;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests;

public sealed class AccessTests(AccessTests.Guarded server) : IClassFixture<AccessTests.Guarded>
{
    private const string Secret = "correct-horse-battery-staple";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_token_a_request_is_answered() => Assert.NotNull(await server.Client.ServerAsync(Ct));

    [Theory]
    [InlineData("/api/server")]
    [InlineData("/api/openapi.json")]
    [InlineData("/v2/health/live")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/_blazor/negotiate")]
    [InlineData("/")]
    public async Task Without_the_token_every_request_is_refused(string path)
    {
        using var stranger = MillraceClient.Connect(server.Http.BaseAddress!, null, "stranger");

        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await stranger.GetAsync(new Uri(path, UriKind.Relative), Ct)).StatusCode
        );
    }

    [Fact]
    public async Task A_wrong_token_is_refused()
    {
        using var stranger = MillraceClient.Connect(server.Http.BaseAddress!, Secret + "r", "stranger");

        var refusal = await Assert.ThrowsAsync<RefusalException>(() => new MillraceClient(stranger).ServerAsync(Ct));

        Assert.Equal(RefusalKind.Unauthenticated, refusal.Kind);
        Assert.Contains("MILLRACE_TOKEN", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_in_gives_a_cookie_that_opens_the_API_and_is_not_the_token()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler) { BaseAddress = server.Http.BaseAddress };
        using var form = new FormUrlEncodedContent([new("token", Secret), new("next", "/models")]);

        var signedIn = await browser.PostAsync(new Uri("/login", UriKind.Relative), form, Ct);

        Assert.Equal("/models", signedIn.Headers.Location?.ToString());
        Assert.DoesNotContain(Secret, signedIn.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.OK,
            (await browser.GetAsync(new Uri("/api/server", UriKind.Relative), Ct)).StatusCode
        );
    }

    [Fact]
    public async Task Signing_in_never_leads_to_another_site()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler) { BaseAddress = server.Http.BaseAddress };
        using var form = new FormUrlEncodedContent([new("token", Secret), new("next", "//evil.example")]);

        Assert.Equal(
            "/",
            (await browser.PostAsync(new Uri("/login", UriKind.Relative), form, Ct)).Headers.Location?.ToString()
        );
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://192.168.1.5:5320")]
    public void Without_a_token_an_address_that_others_can_reach_is_refused(string address)
    {
        var refusal = Assert.Throws<RefusalException>(() =>
            new HostSettings { Folder = "unused", Address = new(address) }.Check()
        );

        Assert.Contains("--token", refusal.Message, StringComparison.Ordinal);
    }

    public sealed class Guarded : ServerFixture
    {
        protected override string Token => Secret;
    }
}
