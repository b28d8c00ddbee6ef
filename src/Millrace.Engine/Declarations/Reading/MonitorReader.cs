using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations.Reading;

/// <summary>Reads the sections <c>monitor</c> and <c>retrain</c>.</summary>
internal static class MonitorReader
{
    public static MonitorDeclaration Read(YamlMap map)
    {
        var outcome = map.Map("outcome");
        var monitor = new MonitorDeclaration
        {
            At = map.At,
            Outcome = outcome?.Text("item") ?? outcome?.Text("label") ?? outcome?.Text("value"),
            Key = outcome?.Text("key"),
            Within = outcome?.Read("within", YamlRead.Duration) ?? TimeSpan.FromDays(7),
            OutcomeDelay = map.Read("outcome_delay", YamlRead.Duration) ?? TimeSpan.Zero,
            Watch = map.Text("watch"),
        };
        // All three are keys of an outcome, whichever of them the first test found.
        _ = (outcome?.Text("item"), outcome?.Text("label"), outcome?.Text("value"));
        outcome?.End();
        map.End();
        return monitor;
    }

    public static RetrainDeclaration ReadRetrain(YamlMap map)
    {
        var harm = false;
        double? tolerance = null;
        double? runLength = null;
        TimeSpan? every = null;
        var on = map.Demand("on");
        foreach (var reason in on is YamlSequenceNode list ? list.Children : [on])
        {
            if (
                reason is YamlMappingNode { Children: [({ } key, var value), ..] }
                && YamlRead.Text(key, "on") is "harm"
            )
            {
                var settings = new YamlMap(new YamlMap(reason, "on").Demand("harm"), "harm");
                tolerance = settings.Read("tolerance", YamlRead.Share);
                runLength = settings.Read("run_length", RunLength);
                settings.End();
                harm = true;
            }
            else if (reason is YamlMappingNode)
            {
                var schedule = new YamlMap(reason, "A schedule");
                every = YamlRead.Duration(schedule.Demand("every"), "every");
                schedule.End();
            }
            else if (YamlRead.Text(reason, "on") is "harm")
            {
                harm = true;
            }
            else
            {
                throw new DeclarationException(
                    $"'{YamlRead.Text(reason, "on")}' does not start a retraining: write harm, {{ harm: {{ tolerance: 2% }} }}, or {{ every: 30d }}.",
                    YamlRead.Place(reason)
                );
            }
        }

        var retrain = new RetrainDeclaration
        {
            OnHarm = harm,
            At = YamlRead.Place(on),
            Tolerance = tolerance,
            RunLength = runLength,
            Every = every,
            Cooldown = map.Read("cooldown", YamlRead.Duration) ?? TimeSpan.FromDays(1),
        };
        map.End();
        return retrain;
    }

    private static double RunLength(YamlNode node, string key) =>
        YamlRead.Number(node, key) is var number and >= 100 and <= 1e12
            ? number
            : throw new DeclarationException(
                $"'{key}' is how many outcomes may pass between two false alarms, from 100 on: 10000, for instance.",
                YamlRead.Place(node)
            );
}
