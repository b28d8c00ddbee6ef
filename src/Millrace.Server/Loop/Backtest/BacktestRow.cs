using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Millrace.Api;
using Millrace.Core;
using Millrace.Storage;

namespace Millrace.Loop.Backtest;

/// <summary>A backtest that was asked for, and what it found.</summary>
internal sealed class BacktestRow
{
    /// <summary>The job that does it; its id is the backtest's.</summary>
    public required JobId Id { get; init; }

    public required LoopName Loop { get; init; }

    public required IReadOnlyList<string> Policies { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null until it is done.</summary>
    public BacktestResult? Result { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<BacktestRow>
    {
        public void Configure(EntityTypeBuilder<BacktestRow> builder)
        {
            builder.ToTable("loop_backtests").HasKey(r => r.Id);
            builder.Property(r => r.Policies).HasConversion<JsonConverter<IReadOnlyList<string>>>();
            builder.Property(r => r.Result).HasConversion<JsonConverter<BacktestResult>>();
        }
    }
}
