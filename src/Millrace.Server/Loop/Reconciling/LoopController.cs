using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Loop.Declared;
using Millrace.Loop.Redeployment;
using Millrace.Loop.Triggers;
using Millrace.Storage;

namespace Millrace.Loop.Reconciling;

/// <summary>Compares what is wanted with what is, for every loop, again and again: rollouts and triggers first, then one retraining's steps.</summary>
internal sealed partial class LoopController(
    IServiceScopeFactory scopes,
    LoopSignal signal,
    IOptions<LoopOptions> options,
    ILogger<LoopController> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await JudgeRolloutsAsync(stoppingToken);
            try
            {
                foreach (var loop in await LoopsAsync(stoppingToken))
                {
                    await ReconcileAsync(loop, stoppingToken);
                }
            }
            catch (Exception ex) when (ex is not OperationCanceledException)
            {
                // A database that is away for a moment must not end the server, which goes on serving without it.
                LogUnreachable(ex);
            }

            await signal.WaitAsync(options.Value.Interval, stoppingToken);
        }
    }

    private async Task JudgeRolloutsAsync(CancellationToken ct)
    {
        try
        {
            await WithinAsync<ReconcileRollouts>(async s =>
            {
                await s.RunAsync(ct);
                return true;
            });
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogNotJudged(ex);
        }
    }

    private async Task<List<LoopName>> LoopsAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<MillraceDb>()
            .Set<LoopRow>()
            .Select(l => l.Name)
            .ToListAsync(ct);
    }

    private async Task ReconcileAsync(LoopName loop, CancellationToken ct)
    {
        try
        {
            await WithinAsync<ReconcileTriggers>(s => s.RunAsync(loop, ct));
            while (await WithinAsync<ReconcileLoop>(s => s.RunAsync(loop, ct))) { }
        }
        catch (Exception ex) when (ex is not OperationCanceledException)
        {
            LogFailed(ex, loop);
        }
    }

    /// <summary>A scope for each step: what one step tracked is not the next one's affair.</summary>
    private async Task<bool> WithinAsync<T>(Func<T, Task<bool>> step)
        where T : notnull
    {
        await using var scope = scopes.CreateAsyncScope();
        return await step(scope.ServiceProvider.GetRequiredService<T>());
    }

    [LoggerMessage(LogLevel.Error, "Rollouts could not be judged; the next look tries again")]
    private partial void LogNotJudged(Exception exception);

    [LoggerMessage(LogLevel.Error, "The loops could not be asked for; the next look tries again")]
    private partial void LogUnreachable(Exception exception);

    [LoggerMessage(LogLevel.Error, "Loop {Loop} could not be brought further; the next look tries again")]
    private partial void LogFailed(Exception exception, LoopName loop);
}
