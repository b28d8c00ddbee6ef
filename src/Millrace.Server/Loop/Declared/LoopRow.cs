using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Loop.Declared;

/// <summary>A declared loop: what is wanted. How far it is, each of its retrainings says.</summary>
internal sealed class LoopRow
{
    public required LoopName Name { get; init; }

    /// <summary>The declaration as it was sent.</summary>
    public required string Yaml { get; set; }

    /// <summary>Where relative files of the source are looked for, at every retraining anew.</summary>
    public required string Folder { get; set; }

    /// <summary>Files that were given in place of the source; null for the source as declared.</summary>
    public IReadOnlyList<string>? Given { get; set; }

    /// <summary>Tells whether applying changes anything: declaration, files, their sizes and times.</summary>
    public required string Fingerprint { get; set; }

    /// <summary>Counts the changes of the declaration or of its files.</summary>
    public required int Generation { get; set; }

    public required DateTimeOffset AppliedAt { get; set; }

    public required string AppliedBy { get; set; }

    /// <summary>Part of the keys of runs: grows with every retraining that failed before its gates, so that its runs are tried again.</summary>
    public int Attempt { get; set; }

    /// <summary>How many retrainings in a row failed.</summary>
    public int Failures { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<LoopRow>
    {
        public void Configure(EntityTypeBuilder<LoopRow> builder)
        {
            builder.ToTable("loop_loops").HasKey(r => r.Name);
            builder.Property(r => r.Given).HasConversion<JsonConverter<IReadOnlyList<string>?>>();
        }
    }
}
