using Millrace.Governance.Access;
using Millrace.Governance.Audit;
using Millrace.Storage;

namespace Millrace.Governance;

public static class GovernanceServices
{
    public static IServiceCollection AddGovernance(this IServiceCollection services)
    {
        services.AddSettings<AccessOptions>("Access");
        return services
            .AddScoped<Actor>()
            .AddScoped<AuditTrail>()
            .AddScoped<ListAudit>()
            .AddProblemDetails()
            .AddExceptionHandler<RefusalHandler>();
    }

    public static void MapGovernance(this IEndpointRouteBuilder api) => api.MapAudit();

    /// <summary>Refusals become answers, and nobody gets past without the right to.</summary>
    public static void UseGovernance(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseMiddleware<AccessGuard>();
        app.MapLogin();
    }
}
