using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;

namespace Millrace.Experiments.Tracking;

/// <summary>One hyper-parameter as the run used it, defaults included.</summary>
internal sealed class ParamRow
{
    public required RunId Run { get; init; }

    public required string Key { get; init; }

    public required string Value { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<ParamRow>
    {
        public void Configure(EntityTypeBuilder<ParamRow> builder) =>
            builder.ToTable("experiments_params").HasKey(r => new { r.Run, r.Key });
    }
}
