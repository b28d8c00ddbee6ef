using System.Reflection;
using Millrace.Api;
using Millrace.Cli;
using Millrace.Core;
using Millrace.Engine.Tables;
using Millrace.Jobs;
using Millrace.Testing;
using Xunit;

namespace Millrace.Tests.House;

public sealed class ConventionTests
{
    private static readonly Assembly[] Product =
    [
        typeof(Refusal).Assembly,
        typeof(Column).Assembly,
        typeof(MillraceClient).Assembly,
        typeof(JobsServices).Assembly,
        typeof(Commands).Assembly,
    ];

    private static readonly string[] EmptyNames = ["Manager", "Helper", "Helpers", "Utils", "Util", "Impl", "Common"];

    [Fact]
    public void A_cancellation_token_has_no_default() =>
        Assert.Empty(
            from method in Methods()
            from p in method.GetParameters()
            where p.ParameterType == typeof(CancellationToken) && p.HasDefaultValue
            select $"{method.DeclaringType}.{method.Name}"
        );

    [Fact]
    public void A_cancellation_token_comes_last_but_for_the_defaults_of_a_query() =>
        Assert.Empty(
            from method in Methods()
            let parameters = method.GetParameters()
            from p in parameters
            where p.ParameterType == typeof(CancellationToken)
            where
                parameters
                    .Skip(p.Position + 1)
                    .Any(after => after.ParameterType != typeof(CancellationToken) && !after.HasDefaultValue)
            select $"{method.DeclaringType}.{method.Name}"
        );

    [Fact]
    public void A_name_says_something() =>
        Assert.Empty(
            from assembly in Product
            from type in assembly.GetTypes()
            where type.Namespace?.StartsWith("Millrace", StringComparison.Ordinal) == true
            where Array.Exists(EmptyNames, n => type.Name.EndsWith(n, StringComparison.Ordinal))
            select type.FullName
        );

    [Fact]
    public void No_file_is_longer_than_500_lines()
    {
        var root = SharedData.Root;
        var files = new[] { "src", "tests", "bench" }
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(root, folder), "*.*", SearchOption.AllDirectories)
            )
            .Where(f => Path.GetExtension(f) is ".cs" or ".razor" or ".css" or ".js")
            .ToList();

        Assert.NotEmpty(files);
        Assert.Empty(files.Where(f => File.ReadLines(f).Count() > 500).Select(f => Path.GetRelativePath(root, f)));
    }

    private static IEnumerable<MethodInfo> Methods() =>
        from assembly in Product
        from type in assembly.GetTypes()
        where type.Namespace?.StartsWith("Millrace", StringComparison.Ordinal) == true
        where !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute), inherit: false)
        from method in type.GetMethods(
            BindingFlags.Public
                | BindingFlags.NonPublic
                | BindingFlags.Instance
                | BindingFlags.Static
                | BindingFlags.DeclaredOnly
        )
        where !method.Name.Contains('<', StringComparison.Ordinal)
        select method;
}
