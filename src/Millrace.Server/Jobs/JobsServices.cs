using Millrace.Storage;

namespace Millrace.Jobs;

public static class JobsServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSettings<JobsOptions>("Jobs");
        return services
            .AddSingleton<JobQueue>()
            .AddScoped<StartJob>()
            .AddScoped<CancelJob>()
            .AddScoped<ShowJobs>()
            .AddScoped<RunJob>()
            .AddHostedService<JobRunner>();
    }

    public static void MapJobs(this IEndpointRouteBuilder api) => api.MapJobEndpoints();
}
