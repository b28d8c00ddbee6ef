using Millrace.Core;
using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations.Reading;

/// <summary>Reads the section <c>deploy</c>.</summary>
internal static class DeployReader
{
    public static DeployDeclaration Read(YamlMap map, LoopName loop)
    {
        var deploy = new DeployDeclaration
        {
            Endpoint = map.Read("endpoint", YamlRead.Named<EndpointName>) ?? new EndpointName(loop.Value),
            Rollout = map.Map("rollout") is { } rollout ? ReadRollout(rollout) : new(),
            Replicas = map.Map("replicas") is { } replicas ? ReadReplicas(replicas) : new(),
        };
        map.End();
        return deploy;
    }

    private static RolloutDeclaration ReadRollout(YamlMap map)
    {
        var rollout = new RolloutDeclaration
        {
            At = map.At,
            Canary = map.Find("canary") switch
            {
                null => [],
                YamlSequenceNode list => [.. list.Children.Select(child => YamlRead.Share(child, "canary"))],
                var one => [YamlRead.Share(one, "canary")],
            },
            Confidence = map.Read("confidence", YamlRead.Share) ?? 0.99,
            Margin = map.Read("margin", YamlRead.Share) ?? 0.02,
        };
        map.End();
        if (rollout.Confidence is <= 0.5 or >= 1)
        {
            throw new DeclarationException(
                "'confidence' lies between 50% and 100%, both left out.",
                map.Marks["confidence"]
            );
        }

        if (!rollout.Canary.SequenceEqual(rollout.Canary.Distinct().Order()))
        {
            throw new DeclarationException("The shares of 'canary' grow from step to step.", map.Marks["canary"]);
        }

        return rollout;
    }

    private static ReplicasDeclaration ReadReplicas(YamlMap map)
    {
        var replicas = new ReplicasDeclaration
        {
            Min = map.Read("min", YamlRead.Whole) ?? 1,
            Max = map.Read("max", YamlRead.Whole) ?? 1,
            TargetConcurrency = map.Read("target_concurrency", YamlRead.Number) ?? 16,
        };
        map.End();
        return replicas is { Min: >= 0, Max: >= 1 and <= 1000, TargetConcurrency: > 0 } && replicas.Min <= replicas.Max
            ? replicas
            : throw new DeclarationException(
                "'replicas' needs 0 <= min <= max, 1 <= max <= 1000, and a target_concurrency above 0.",
                map.At
            );
    }
}
