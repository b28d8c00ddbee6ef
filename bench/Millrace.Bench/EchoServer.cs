using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Testing;

namespace Millrace.Bench;

/// <summary>The baseline: Kestrel and System.Text.Json, nothing else. It reads the same bodies and writes them back.</summary>
internal static class EchoServer
{
    private sealed record Visit(double? Age, string? Region, long? Clicks, bool? Member);

    private sealed record Viewer(long User_id);

    /// <summary>In a process of its own.</summary>
    public static async Task<ServerProcess> StartAsync() =>
        await ServerProcess.TryStartAsync(Environment.ProcessPath!, ["echo"], line => new Uri(line))
        ?? throw new InvalidOperationException("The echo ended before it listened.");

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/visits", (Visit visit) => visit);
        app.MapPost("/movies", (Viewer viewer) => viewer);
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await app.WaitForShutdownAsync();
        return 0;
    }
}
