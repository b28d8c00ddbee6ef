using Microsoft.EntityFrameworkCore;
using Millrace.Core;

namespace Millrace.Storage;

/// <summary>The metadata of everything. Each feature maps its own tables beside its code and reads no other's.</summary>
internal sealed class MillraceDb(DbContextOptions<MillraceDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(MillraceDb).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MomentConverter>();
        configurationBuilder.Properties<VersionNumber>().HaveConversion<VersionNumberConverter>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(40);
        foreach (var type in typeof(Name).Assembly.GetTypes().Where(IsNameOrId))
        {
            configurationBuilder
                .Properties(type)
                .HaveConversion(typeof(ParsableConverter<>).MakeGenericType(type))
                .HaveMaxLength(Name.MaxLength);
        }
    }

    private static bool IsNameOrId(Type type) =>
        type.IsValueType
        && type != typeof(VersionNumber)
        && Array.Exists(
            type.GetInterfaces(),
            i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>)
        );
}
