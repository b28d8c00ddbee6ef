using Millrace.Data.Catalog;
using Millrace.Data.Ingest;
using Millrace.Data.Validation;
using Millrace.Data.Versions;
using Millrace.Jobs;
using Millrace.Storage;

namespace Millrace.Data;

public static class DataServices
{
    public static IServiceCollection AddData(this IServiceCollection services)
    {
        services.AddSettings<UploadOptions>("Data:Uploads");
        services.AddSettings<QueryOptions>("Data:Query");
        return services
            .AddScoped<ReadVersion>()
            .AddScoped<CommitVersion>()
            .AddScoped<IngestDataset>()
            .AddScoped<UploadFile>()
            .AddScoped<ListDatasets>()
            .AddScoped<ShowVersion>()
            .AddScoped<PreviewRows>()
            .AddScoped<QueryDatasets>()
            .AddScoped<ShowQuarantine>()
            .AddScoped<IJobHandler, IngestHandler>()
            .AddHostedService<RepairVersions>();
    }

    public static void MapData(this IEndpointRouteBuilder api)
    {
        api.MapIngest();
        api.MapCatalog();
        api.MapValidation();
    }
}
