using Millrace.Jobs;
using Mono.Cecil;
using Mono.Cecil.Rocks;
using Xunit;

namespace Millrace.Tests.House;

/// <summary>STYLE rule 1: dependencies follow the model's life. Read from the compiled code, so that nothing hides.</summary>
public sealed class DependencyRuleTests
{
    // Governance stands left of Jobs: whoever starts or cancels work is written into the audit log.
    private static readonly string[] Order =
    [
        "Core",
        "Engine",
        "Api",
        "Storage",
        "Governance",
        "Jobs",
        "Data",
        "Experiments",
        "Models",
        "Serving",
        "Monitoring",
        "Loop",
        "Mlflow",
        "Ui",
        "Hosting",
        "Cli",
    ];

    [Fact]
    public void A_feature_sees_only_features_to_its_left()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(JobsServices).Assembly.Location);

        var wrong = Violations(assembly.MainModule);

        Assert.True(wrong.Length == 0, "Looks to the right:\n" + string.Join('\n', wrong));
    }

    [Fact]
    public void The_rule_sees_a_planted_violation()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(DependencyRuleTests).Assembly.Location);

        Assert.Contains(
            "Millrace.Core.Planted -> Millrace.Jobs.JobsServices",
            Violations(assembly.MainModule),
            StringComparer.Ordinal
        );
    }

    private static string[] Violations(ModuleDefinition module) =>
        [
            .. Edges(module)
                .Where(e => Rank(e.From) is { } from && Rank(e.To) is { } to && to > from)
                .Select(e => $"{e.From} -> {e.To}")
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    private static int? Rank(string fullName) =>
        fullName.Split('.') is ["Millrace", var feature, _, ..] && Array.IndexOf(Order, feature) is >= 0 and var i
            ? i
            : null;

    private static IEnumerable<(string From, string To)> Edges(ModuleDefinition module) =>
        from type in module.GetAllTypes()
        let owner = Outermost(type).FullName
        from used in Used(type).SelectMany(Parts)
        select (owner, used.FullName);

    private static TypeDefinition Outermost(TypeDefinition type) =>
        type.DeclaringType is { } declaring ? Outermost(declaring) : type;

    private static IEnumerable<TypeReference> Parts(TypeReference type) =>
        type is GenericInstanceType g
            ? [g.ElementType, .. g.GenericArguments.SelectMany(Parts)]
            : [type.GetElementType()];

    private static IEnumerable<TypeReference> Used(TypeDefinition type) =>
        [
            .. type.BaseType is { } b ? [b] : Array.Empty<TypeReference>(),
            .. type.Interfaces.Select(i => i.InterfaceType),
            .. type.CustomAttributes.Select(a => a.AttributeType),
            .. type.Fields.Select(f => f.FieldType),
            .. type.Methods.Select(m => m.ReturnType),
            .. type.Methods.SelectMany(m => m.Parameters).Select(p => p.ParameterType),
            .. type
                .Methods.Where(m => m.HasBody)
                .SelectMany(m => m.Body.Instructions)
                .Select(i => i.Operand)
                .SelectMany(Operands),
        ];

    private static IEnumerable<TypeReference> Operands(object? operand) =>
        operand switch
        {
            GenericInstanceMethod g => [g.DeclaringType, .. g.GenericArguments],
            MemberReference { DeclaringType: { } declaring } => [declaring],
            TypeReference t => [t],
            _ => [],
        };
}
