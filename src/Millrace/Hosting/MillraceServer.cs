using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Millrace.Core;
using Millrace.Data;
using Millrace.Experiments;
using Millrace.Governance;
using Millrace.Jobs;
using Millrace.Loop;
using Millrace.Models;
using Millrace.Monitoring;
using Millrace.Serving;
using Millrace.Storage;
using Millrace.Ui;
using Serilog;
using Serilog.Extensions.Logging;

namespace Millrace.Hosting;

/// <summary>One running server over one folder: everything composed, in the order of the model's life.</summary>
public sealed class MillraceServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FolderLock _lock;
    private readonly MillraceFolder _folder;
    private readonly Guests _guests;

    private MillraceServer(WebApplication app, FolderLock folderLock, MillraceFolder folder, Guests guests)
    {
        _app = app;
        _lock = folderLock;
        _folder = folder;
        _guests = guests;
    }

    /// <summary>The version of the binary with its commit: 0.1.0+1a2b3c4.</summary>
    public static string Version { get; } =
        typeof(MillraceServer)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion
        ?? "0";

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public static async Task<MillraceServer> StartAsync(HostSettings settings, CancellationToken ct)
    {
        settings.Check();
        var folder = new MillraceFolder(settings.Folder);
        var folderLock = FolderLock.Take(folder);
        WebApplication? app = null;
        try
        {
            // What a killed server left behind: its address may be another's by now.
            File.Delete(folder.ServerFile);
            Listenable.Demand(settings.Address);
            var guests = new Guests();
            app = Compose(settings, folder, guests);
            CheckSettings(app.Services);
            var server = new MillraceServer(app, folderLock, folder, guests);
            await app.Services.UpdateStorageAsync(ct);
            await app.StartAsync(ct);
            server.Address = new Uri(app.Urls.First());
            await server.AnnounceAsync(ct);
            return server;
        }
        catch
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>For fixtures of tests, which offer what has no endpoint by names of its own.</summary>
    internal IServiceProvider Services => _app.Services;

    public Task WaitForShutdownAsync(CancellationToken ct) => _app.WaitForShutdownAsync(ct);

    /// <summary>Returns when no other verb uses it; from then on none does.</summary>
    public Task GuestsGoneAsync(Action waiting, CancellationToken ct) => _guests.GoneAsync(waiting, ct);

    public async ValueTask DisposeAsync()
    {
        File.Delete(_folder.ServerFile);
        // Disposing alone would take from background work what it still uses; stopped before, this does nothing.
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _lock.Dispose();
    }

    /// <summary>Before the host starts, which would print what is wrong as a fault with its trace.</summary>
    private static void CheckSettings(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (OptionsValidationException ex)
        {
            throw Refused(ex.Failures);
        }
        catch (AggregateException ex)
        {
            throw Refused(ex.InnerExceptions.OfType<OptionsValidationException>().SelectMany(e => e.Failures));
        }
        catch (InvalidOperationException ex) when (ex.InnerException is not null)
        {
            // A text that is no number or no time: the message names the setting, the text and what it should be.
            throw Refused([ex.Message]);
        }
    }

    private static RefusalException Refused(IEnumerable<string> settings) =>
        Refusal.Invalid($"Millrace does not start with these settings: {string.Join(" ", settings)}");

    private static WebApplication Compose(HostSettings settings, MillraceFolder folder, Guests guests)
    {
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "millrace" }
        );
        Configure(builder, settings, folder);
        builder
            .Services.AddStorage(folder)
            .AddGovernance()
            .AddJobs()
            .AddData()
            .AddExperiments()
            .AddModels()
            .AddServing()
            .AddMonitoring()
            .AddLoop()
            .AddScreens(settings);

        var app = builder.Build();
        app.UseGovernance();
        var api = app.MapGroup("/api");
        api.MapServer();
        if (settings.HasGuests)
        {
            guests.Map(api);
        }

        api.MapGovernance();
        api.MapJobs();
        api.MapData();
        api.MapExperiments();
        api.MapModels();
        api.MapServing();
        app.MapInference();
        app.MapFeedback();
        api.MapMonitoring();
        api.MapLoop();
        app.MapOpenApi("/api/openapi.json");
        api.MapFallback((HttpContext http) => throw Refusal.NotFound(Unknown(http.Request)));
        app.MapMillraceUi();
        return app;
    }

    /// <summary>Routing passes over an address whose body is of another type: that looks as if it were not there.</summary>
    private static string Unknown(HttpRequest request) =>
        request.ContentType is { Length: > 0 } type && !request.HasJsonContentType()
            ? $"There is no {request.Method} {request.Path} that takes {type}: bodies are JSON, sent with 'Content-Type: application/json'; see /api/openapi.json."
            : $"There is no {request.Method} {request.Path}: see /api/openapi.json.";

    private static void Configure(WebApplicationBuilder builder, HostSettings settings, MillraceFolder folder)
    {
        builder.Configuration.AddEnvironmentVariables("MILLRACE_");
        builder.Configuration.AddInMemoryCollection(settings.Configuration);
        if (settings.Token.Length > 0)
        {
            builder.Configuration.AddInMemoryCollection([new("Access:Token", settings.Token)]);
        }

        builder.WebHost.UseUrls(settings.Address.ToString());
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseStaticWebAssets();
        Log(builder.Logging, settings, folder);
        builder.Services.AddSingleton(settings.Time);
        builder.Services.ConfigureHttpJsonOptions(o => Demand(Json.Configure(o.SerializerOptions)));
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi(o => o.AddSchemaTransformer<NamesAreText>());
    }

    /// <summary>
    /// What is null, or not there, is refused by the name of its member where it must be, and so is what has no such member: it
    /// would be left out silently. Answers are not looked at.
    /// </summary>
    private static void Demand(JsonSerializerOptions options)
    {
        options.RespectNullableAnnotations = true;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver
        {
            Modifiers =
            {
                static type =>
                {
                    foreach (var member in type.Properties)
                    {
                        member.IsGetNullable |= !member.PropertyType.IsValueType;
                        member.IsRequired |=
                            member.AssociatedParameter is { IsNullable: false, HasDefaultValue: false };
                    }
                },
            },
        };
    }

    private static void Log(ILoggingBuilder logging, HostSettings settings, MillraceFolder folder)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Information);
        Quieten(logging, static (to, category, level) => to.AddFilter(category, level));
        if (settings.LogToConsole)
        {
            logging.AddSimpleConsole(o =>
            {
                o.SingleLine = true;
                o.TimestampFormat = "HH:mm:ss ";
            });
        }

        logging.AddSerilog(
            new LoggerConfiguration()
                .WriteTo.File(
                    Path.Combine(folder.Logs, "millrace-.log"),
                    formatProvider: System.Globalization.CultureInfo.InvariantCulture,
                    rollingInterval: RollingInterval.Day,
                    retainedFileCountLimit: 30,
                    fileSizeLimitBytes: 100 << 20,
                    rollOnFileSizeLimit: true
                )
                .CreateLogger(),
            dispose: true
        );
        // AddSerilog opens its own provider to everything, which goes before filters for all providers.
        Quieten(logging, static (to, category, level) => to.AddFilter<SerilogLoggerProvider>(category, level));
    }

    /// <summary>Without this, every request and every statement to the database is a line.</summary>
    private static void Quieten(ILoggingBuilder logging, Action<ILoggingBuilder, string, LogLevel> filter)
    {
        filter(logging, "Microsoft", LogLevel.Warning);
        filter(logging, "System", LogLevel.Warning);
        // A refusal is the caller's affair and is answered as one: not an error in our log.
        filter(logging, "Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
    }

    /// <summary>Tells the verbs of the command line where this server listens.</summary>
    private Task AnnounceAsync(CancellationToken ct) =>
        Durable.WriteJsonAsync(
            _folder.ServerFile,
            new ServerAnnouncement(Reachable.Of(Address), Environment.ProcessId),
            ct
        );
}
