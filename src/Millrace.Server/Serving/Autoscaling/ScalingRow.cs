using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Serving.Autoscaling;

/// <summary>How an endpoint is to scale. One that has no row serves in process.</summary>
internal sealed class ScalingRow
{
    public required EndpointName Endpoint { get; init; }

    public required int Min { get; set; }

    public required int Max { get; set; }

    public required double TargetConcurrency { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ScalingRow>
    {
        public void Configure(EntityTypeBuilder<ScalingRow> builder) =>
            builder.ToTable("serving_scaling").HasKey(r => r.Endpoint);
    }
}
