using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.ObjectPool;
using Millrace.Models.Registry;
using Millrace.Serving.Autoscaling;
using Millrace.Serving.Inference;
using Millrace.Serving.Rollouts;
using Millrace.Serving.Routing;
using Millrace.Storage;

namespace Millrace.Serving;

public static class ServingServices
{
    public static IServiceCollection AddServing(this IServiceCollection services)
    {
        services.AddSettings<ServingOptions>("Serving");
        return services
            .AddSingleton<RoutingTable>()
            .AddHostedService<LoadDeployed>()
            .AddScoped<SwitchVersion>()
            .AddScoped<Deploy>()
            .AddScoped<Rollback>()
            .AddScoped<Undeploy>()
            .AddRollouts()
            .AddReplicas()
            .AddScoped<ShowEndpoints>()
            .AddScoped<ExampleRequest>()
            .AddScoped<IServingPlaces, ServingPlaces>()
            .AddSingleton<PredictionIds>()
            .AddSingleton<ObjectPool<Scratch>>(new DefaultObjectPool<Scratch>(new ScratchPolicy(), 256))
            .AddSingleton<FindServed>()
            .AddSingleton<Challenge>()
            .AddSingleton<Predict>()
            .AddSingleton<Infer>()
            .AddScoped<ModelMetadata>();
    }

    public static void MapServing(this IEndpointRouteBuilder api)
    {
        api.MapEndpoints();
        api.MapRollouts();
        api.MapReplicas();
    }

    /// <summary>The addresses that predictions are asked of: outside of /api, as their protocols demand.</summary>
    public static void MapInference(this IEndpointRouteBuilder app) => app.MapPredictions();

    private static IServiceCollection AddRollouts(this IServiceCollection services)
    {
        // A loop that declares rollouts says so after us.
        services.TryAddScoped<IDeclaredEndpoints, NothingDeclared>();
        return services
            .AddScoped<StartRollout>()
            .AddScoped<AdvanceRollout>()
            .AddScoped<RecordLook>()
            .AddScoped<EndRollout>()
            .AddScoped<CloseRollout>()
            .AddScoped<FindRollout>()
            .AddScoped<ShowRollouts>();
    }

    private static IServiceCollection AddReplicas(this IServiceCollection services)
    {
        services.AddSettings<AutoscalingOptions>("Serving:Autoscaling");
        return services
            .AddSingleton<ReplicaSignal>()
            .AddSingleton<ReplicaSets>()
            .AddSingleton<Forward>()
            .AddHostedService<AutoscaleController>()
            .AddScoped<SetScaling>()
            .AddScoped<ShowReplicas>();
    }

    private sealed class ScratchPolicy : PooledObjectPolicy<Scratch>
    {
        public override Scratch Create() => new();

        public override bool Return(Scratch obj) => true;
    }
}
