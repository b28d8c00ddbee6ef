using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Jobs;

internal sealed class JobRow
{
    public required JobId Id { get; init; }

    public required string Kind { get; init; }

    /// <summary>What it works on, for people.</summary>
    public required string Subject { get; init; }

    /// <summary>The work's own record, as JSON; what the child reads.</summary>
    public required string Spec { get; init; }

    /// <summary>What the feature that asked needs to commit the result, as JSON; the child never sees it.</summary>
    public required string Context { get; init; }

    public required JobState State { get; set; }

    /// <summary>Who asked, so that the result is written in their name.</summary>
    public required string Actor { get; init; }

    /// <summary>How often it was started; a server that was killed starts it again.</summary>
    public int Attempts { get; set; }

    public bool CancelRequested { get; set; }

    public string? Error { get; set; }

    public string? Result { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<JobRow>
    {
        public void Configure(EntityTypeBuilder<JobRow> builder)
        {
            builder.ToTable("jobs_jobs").HasKey(r => r.Id);
            builder.HasIndex(r => r.State);
        }
    }
}
