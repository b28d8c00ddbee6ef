using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Serving.Routing;

/// <summary>One switch of an endpoint to a version. Never changed.</summary>
internal sealed class DeploymentRow
{
    public const string Deployed = "deployed";
    public const string RolledBack = "rolled back";
    public const string Promoted = "promoted";

    public long Number { get; init; }

    public required EndpointName Endpoint { get; init; }

    public required ModelName Model { get; init; }

    public required VersionNumber Version { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Actor { get; init; }

    public required string Reason { get; init; }

    public required string Action { get; init; }

    /// <summary>The deployment that a rollback from this one leads to.</summary>
    public required long? Previous { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<DeploymentRow>
    {
        public void Configure(EntityTypeBuilder<DeploymentRow> builder)
        {
            builder.ToTable("serving_deployments").HasKey(r => r.Number);
            builder.HasIndex(r => r.Endpoint);
        }
    }
}
