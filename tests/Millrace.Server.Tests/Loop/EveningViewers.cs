using Millrace.Api;
using Millrace.Testing;
using Xunit;

namespace Millrace.Server.Tests.Loop;

/// <summary>Viewers of <see cref="EveningLoop"/> at a real server: they ask, and tell what they watched.</summary>
internal sealed class EveningViewers(ServerFixture server)
{
    private int viewer = 100_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>How many have told.</summary>
    public int Told { get; private set; }

    public async Task ApplyAsync()
    {
        var file = server.Write("views.csv", string.Join('\n', EveningLoop.Views()));
        await server.Client.ApplyAsync(new(EveningLoop.Yaml(file), Path.GetDirectoryName(file)!), Ct);
        var loop = await server.SettledAsync(EveningLoop.Name, Ct);
        Assert.True(loop.State == StageState.Done, string.Join(' ', loop.Stages.Select(s => $"{s.Name}: {s.Message}")));
    }

    /// <summary>So many new viewers ask, and each tells what he watched; ends when all of it is joined.</summary>
    /// <param name="count">How many.</param>
    /// <param name="choose">What the viewer of that number watches of what was answered to him.</param>
    public async Task<MonitorView> WatchAsync(int count, Func<PredictionView, int, long> choose) =>
        await TellAsync(await AskAsync(count, choose));

    /// <summary>So many new viewers ask.</summary>
    /// <returns>What each will tell.</returns>
    public async Task<IReadOnlyList<OutcomeRequest>> AskAsync(int count, Func<PredictionView, int, long> choose)
    {
        var outcomes = new List<OutcomeRequest>();
        for (var i = 0; i < count; i++)
        {
            var answer = await EveningLoop.PredictAsync(server.Client, viewer++, Ct);
            outcomes.Add(EveningLoop.Watched(answer, choose(answer, i)));
        }

        return outcomes;
    }

    /// <summary>Ends when all of it is joined.</summary>
    public async Task<MonitorView> TellAsync(IReadOnlyList<OutcomeRequest> outcomes)
    {
        var kept = await server.Client.SendOutcomesAsync(outcomes, Ct);
        Assert.Equal((outcomes.Count, 0), (kept.Accepted, kept.Repeated));
        Told += outcomes.Count;
        return await UntilAsync(
            () => server.Client.MonitorAsync(EveningLoop.Endpoint, Ct),
            m => m.Outcomes.Joined == Told
        );
    }

    /// <summary>What stands first on the list.</summary>
    public static long Best(PredictionView answer) => answer.Items![0].Item.GetInt64();

    public Task<LoopView> LoopAsync(Func<LoopView, bool> wanted) =>
        UntilAsync(() => server.Client.LoopAsync(EveningLoop.Name, Ct), wanted);

    /// <summary>The endpoint's newest rollout once its evidence was looked at so often.</summary>
    public Task<RolloutView> LookedAtAsync(long looks) =>
        UntilAsync(
            async () => (await server.Client.RolloutsAsync(EveningLoop.Endpoint, Ct))[0],
            r => r.LooksTaken >= looks
        );

    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        var seen = await ask();
        while (!wanted(seen))
        {
            await timer.WaitForNextTickAsync(Ct);
            seen = await ask();
        }

        return seen;
    }
}
