using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Millrace.Api;
using Millrace.Ui;

namespace Millrace.Hosting;

/// <summary>The screens ask this server over its own address, as any other client does.</summary>
internal static class ScreensHosting
{
    private const string Actor = "web";

    public static IServiceCollection AddScreens(this IServiceCollection services, HostSettings settings) =>
        services
            .AddMillraceUi()
            .AddSingleton(provider => new OwnConnection(provider.GetRequiredService<IServer>(), settings))
            .AddScoped(provider => new MillraceClient(provider.GetRequiredService<OwnConnection>().Http));

    /// <summary>Made when the first screen asks: only then is the port known.</summary>
    private sealed class OwnConnection(IServer server, HostSettings settings) : IDisposable
    {
        private readonly Lazy<HttpClient> http = new(() => MillraceClient.Connect(Own(server), settings.Token, Actor));

        public HttpClient Http => http.Value;

        public void Dispose()
        {
            if (http.IsValueCreated)
            {
                http.Value.Dispose();
            }
        }

        private static Uri Own(IServer server) =>
            Reachable.Of(new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First()));
    }
}
