using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Serving.Routing;

/// <summary>An address, and the deployment that is wanted there. What the process has in memory follows this.</summary>
internal sealed class EndpointRow
{
    public required EndpointName Name { get; init; }

    public required long Deployment { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<EndpointRow>
    {
        public void Configure(EntityTypeBuilder<EndpointRow> builder) =>
            builder.ToTable("serving_endpoints").HasKey(r => r.Name);
    }
}
