using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Millrace.Api;
using Millrace.Jobs;
using Millrace.Serving.Inference;
using Millrace.Serving.Routing;

namespace Millrace.Serving.Autoscaling;

/// <summary>What a replica made of a row.</summary>
internal enum RemoteResult
{
    Answered,

    /// <summary>The replica is well, and says that this package or row is not: another would say the same.</summary>
    Refused,

    /// <summary>No room in time, or replicas died too often.</summary>
    Busy,
}

/// <summary>One <c>millrace serve</c> child, from its start to its end. Its numbers are its set's, and guarded by it.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private static readonly Uri Address = new("http://replica/");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("millrace-replica-");
    private readonly HttpMessageInvoker http;
    private Process? process;
    private StreamWriter? input;
    private string lastError = "";

    public Replica(DateTimeOffset now)
    {
        Since = now;
        http = new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                ActivityHeadersPropagator = null,
                ConnectCallback = ConnectAsync,
            }
        );
    }

    public ReplicaState State { get; set; } = ReplicaState.Starting;

    public DateTimeOffset Since { get; set; }

    public int InFlight { get; set; }

    public long Answered { get; set; }

    public int ProcessId { get; private set; }

    private string Socket => Path.Combine(folder.FullName, "s");

    /// <summary>Starts the process and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended before, with the last that it said.</exception>
    public async Task StartAsync(IReadOnlyList<ReplicaPackage> packages, TimeSpan latency, CancellationToken ct)
    {
        List<string> arguments =
        [
            "serve",
            "--socket",
            Socket,
            "--simulated-latency",
            latency.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var package in packages)
        {
            arguments.Add("--package");
            arguments.Add($"{package.Model}/{package.Version}={package.Folder}");
        }

        var start = MillraceProgram.Start([.. arguments]);
        process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        ProcessId = process.Id;
        input = process.StandardInput;
        process.ErrorDataReceived += (_, said) => lastError = string.IsNullOrEmpty(said.Data) ? lastError : said.Data;
        process.BeginErrorReadLine();
        var listens = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, said) =>
        {
            // What else it may say is read and forgotten, so that it never waits for us.
            if (said.Data is null || said.Data.StartsWith('{'))
            {
                listens.TrySetResult(said.Data is not null);
            }
        };
        process.BeginOutputReadLine();
        if (await listens.Task.WaitAsync(ct))
        {
            return;
        }

        await process.WaitForExitAsync(ct);
        throw new InvalidOperationException(
            $"The replica ended with exit code {process.ExitCode} before it listened. {lastError}".TrimEnd()
        );
    }

    public Task ExitedAsync(CancellationToken ct) => process!.WaitForExitAsync(ct);

    /// <summary>Lets it end: it holds nothing that must be kept. One that is gone already stays gone.</summary>
    public void Close()
    {
        try
        {
            input?.Close();
        }
        catch (Exception ex) when (ex is IOException or ObjectDisposedException)
        {
            // Its end of the pipe is closed.
        }
    }

    public void Kill()
    {
        try
        {
            process?.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It is gone already.
        }
    }

    /// <summary>Has the scratch's inputs scored into its output.</summary>
    public async Task<RemoteResult> ScoreAsync(ServedModel served, Scratch scratch, int count, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address)
        {
            Content = new ReadOnlyMemoryContent(scratch.Inputs.WrittenMemory),
        };
        request.Headers.Add(ReplicaNode.ModelHeader, served.Model.Value);
        request.Headers.Add(ReplicaNode.VersionHeader, served.Version.ToString());
        request.Headers.Add(ReplicaNode.FolderHeader, served.Folder);
        request.Headers.Add(ReplicaNode.CountHeader, count.ToString(CultureInfo.InvariantCulture));
        using var response = await http.SendAsync(request, ct);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return RemoteResult.Refused;
        }

        await using var content = await response.Content.ReadAsStreamAsync(ct);
        while (await content.ReadAsync(scratch.Output.GetMemory(4096), ct) is > 0 and var read)
        {
            scratch.Output.Advance(read);
        }

        return RemoteResult.Answered;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (process is not null)
        {
            Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        ReplicaNode.RemoveFolder(folder.FullName);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
