using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;
using Millrace.Core;
using Millrace.Serving.Inference;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Autoscaling;

/// <summary>How a replica is started.</summary>
/// <param name="Socket">Where it listens: a Unix socket in a folder that only its owner may enter.</param>
/// <param name="Packages">Versions that it opens before it says that it is ready.</param>
/// <param name="SimulatedLatency">Slept before each answer, to pretend a heavier model.</param>
public sealed record ReplicaSettings(string Socket, IReadOnlyList<ReplicaPackage> Packages, TimeSpan SimulatedLatency);

/// <summary>A version that a replica opens.</summary>
/// <param name="Folder">Where its package lies.</param>
public sealed record ReplicaPackage(ModelName Model, VersionNumber Version, string Folder);

/// <summary>
/// A serving node: <c>POST /</c> with a row as the control node wrote it is answered with the output as the control node logs
/// it. Each request names its package, so that a node follows switches and rollouts without being told. It reads no database,
/// keeps nothing, and ends with its parent.
/// </summary>
public sealed class ReplicaNode(ReplicaSettings settings, TimeProvider time) : IDisposable
{
    public const string ModelHeader = "Millrace-Model";
    public const string VersionHeader = "Millrace-Version";
    public const string FolderHeader = "Millrace-Package";
    public const string CountHeader = "Millrace-Count";

    private const int MaxBodyBytes = 1 << 26;

    /// <summary>Champion and challenger, and those that a switch leaves behind for a while.</summary>
    private const int MaxOpen = 4;

    private readonly ObjectPool<Scratch> scratches = new DefaultObjectPool<Scratch>(
        new DefaultPooledObjectPolicy<Scratch>(),
        256
    );
    private readonly ConcurrentDictionary<string, ServedModel> open = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> opened = new();
    private readonly SemaphoreSlim opening = new(1);

    /// <summary>Opens, listens, says so in a line of JSON, and serves until the input closes.</summary>
    public async Task RunAsync(Stream input, TextWriter output, CancellationToken ct)
    {
        foreach (var package in settings.Packages)
        {
            (await OpenAsync(package.Model, package.Version, package.Folder, ct)).Release();
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The control node closes connections, and it alone: one that we close could be one that it is about to use.
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromDays(1);
            kestrel.ListenUnixSocket(settings.Socket);
        });
        await using var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync(ct);
        await output.WriteLineAsync(
            JsonSerializer.Serialize(new { socket = settings.Socket, processId = Environment.ProcessId }, Json.Options)
        );
        await output.FlushAsync(ct);
        var nothing = new byte[16];
        while (await input.ReadAsync(nothing, ct) > 0) { }

        await app.StopAsync(ct);
        RemoveFolder(Path.GetDirectoryName(settings.Socket)!);
    }

    public void Dispose()
    {
        foreach (var served in open.Values)
        {
            served.Release();
        }

        opening.Dispose();
    }

    /// <summary>Both ends remove it: a server that was killed cannot, and neither can a killed replica.</summary>
    internal static void RemoveFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The other end was first.
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var headers = http.Request.Headers;
        if (
            !VersionNumber.TryParse(headers[VersionHeader], null, out var version)
            || !ModelName.TryParse(headers[ModelHeader], null, out var model)
            || !int.TryParse(headers[CountHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        )
        {
            await Answer.ErrorAsync(http, 400, "A row comes from a control node, with the names of its package.");
            return;
        }

        if (settings.SimulatedLatency > TimeSpan.Zero)
        {
            await Task.Delay(settings.SimulatedLatency, time, http.RequestAborted);
        }

        ServedModel served;
        try
        {
            served = await OpenAsync(model, version, headers[FolderHeader].ToString(), http.RequestAborted);
        }
        catch (RefusalException refusal)
        {
            await Answer.ErrorAsync(http, 409, refusal.Message);
            return;
        }

        var scratch = scratches.Get();
        try
        {
            await AnswerAsync(http, served, scratch, count);
        }
        finally
        {
            served.Release();
            scratches.Return(scratch);
        }
    }

    private static async Task AnswerAsync(HttpContext http, ServedModel served, Scratch scratch, int count)
    {
        if (await Body.ReadAsync(http.Request, MaxBodyBytes) is not { } body)
        {
            await Answer.ErrorAsync(http, 413, "The row is too long.");
            return;
        }

        var fault = Score(body, served, scratch, count);
        Body.Done(http.Request, body);
        if (!fault.IsNone)
        {
            await Answer.ErrorAsync(http, 422, fault.Describe());
            return;
        }

        http.Response.ContentLength = scratch.Output.WrittenCount;
        http.Response.BodyWriter.Write(scratch.Output.WrittenSpan);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private static InputFault Score(ReadOnlySequence<byte> body, ServedModel served, Scratch scratch, int count)
    {
        scratch.Clear();
        var fault = ReadRow.Read(body, served.Fields, scratch);
        if (fault.IsNone)
        {
            ScoreRow.Run(served, scratch.Row(served.Fields.Count), scratch, count);
        }

        return fault;
    }

    /// <returns>Held for the caller.</returns>
    private async ValueTask<ServedModel> OpenAsync(
        ModelName model,
        VersionNumber version,
        string folder,
        CancellationToken ct
    )
    {
        if (open.TryGetValue(folder, out var found) && found.TryHold())
        {
            return found;
        }

        await opening.WaitAsync(ct);
        try
        {
            if (open.TryGetValue(folder, out var loaded) && loaded.TryHold())
            {
                return loaded;
            }

            var served = ServedModel.Open(model, version, folder);
            served.TryHold();
            open[folder] = served;
            opened.Enqueue(folder);
            while (opened.Count > MaxOpen && opened.TryDequeue(out var oldest))
            {
                if (open.TryRemove(oldest, out var leaves))
                {
                    leaves.Release();
                }
            }

            return served;
        }
        finally
        {
            opening.Release();
        }
    }
}
