using Millrace.Api;
using Millrace.Core;
using Xunit;

namespace Millrace.Server.Tests.Serving;

/// <summary>The record of what was seen at each look at a rollout.</summary>
public sealed class RolloutLooksTests(ServingServer server) : IClassFixture<ServingServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_look_is_recorded_and_a_rollout_shows_those_that_changed_something_and_the_newest()
    {
        await server.DeployAsync("looked", "visits", 1, Ct);
        var number = (await server.StartRolloutAsync("looked", "visits", 2, [0.1, 0.5], Ct)).Number;
        await server.LookAsync("looked", number, ServingServer.Look("one"), "first", Ct);
        await server.LookAsync("looked", number, ServingServer.Look("two"), "second", Ct);
        Assert.Equal("second", await server.EvidenceAsync("looked", Ct));
        Assert.Equal(["two"], (await NewestAsync("looked")).Looks.Select(l => l.Verdict));

        Assert.True(await server.AdvanceAsync("looked", number, 1, ServingServer.Look("further"), Ct));
        Assert.False(await server.AdvanceAsync("looked", number, 1, ServingServer.Look("the same again"), Ct));
        await server.LookAsync("looked", number, ServingServer.Look("three"), "third", Ct);
        Assert.True(await server.RollBackAsync("looked", number, ServingServer.Look("worse"), Ct));
        Assert.False(await server.RollBackAsync("looked", number, ServingServer.Look("worse"), Ct));
        await server.LookAsync("looked", number, ServingServer.Look("too late"), "fourth", Ct);

        var view = await NewestAsync("looked");
        Assert.Equal((RolloutState.RolledBack, 1), (view.State, view.Step));
        Assert.Equal(["further", "worse"], view.Looks.Select(l => l.Verdict));
        var each = await server.Client.LooksAsync(new("looked"), number, 50, 0, Ct);
        Assert.Equal(["worse", "three", "further", "two", "one"], each.Items.Select(l => l.Verdict));
        Assert.Equal((5, 5), (each.Total, view.LooksTaken));
        var page = await server.Client.LooksAsync(new("looked"), number, 2, 1, Ct);
        Assert.Equal(["three", "further"], page.Items.Select(l => l.Verdict));
        var missing = await Assert.ThrowsAsync<RefusalException>(() =>
            server.Client.LooksAsync(new("looked"), number + 999, 50, 0, Ct)
        );
        Assert.Equal(RefusalKind.NotFound, missing.Kind);
    }

    private async Task<RolloutView> NewestAsync(string endpoint) =>
        (await server.Client.RolloutsAsync(new(endpoint), Ct))[0];
}
