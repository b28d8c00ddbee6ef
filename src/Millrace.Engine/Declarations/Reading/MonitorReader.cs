using YamlDotNet.RepresentationModel;

namespace Millrace.Engine.Declarations.Reading;

/// <summary>Reads the sections <c>monitor</c> and <c>retrain</c>.</summary>
internal static class MonitorReader
{
    /// <summary>What an outcome may be: of a recommender, of classes, of numbers.</summary>
    private static readonly string[] Kinds = ["item", "label", "value"];

    public static MonitorDeclaration Read(YamlMap map)
    {
        var outcome = map.Map("outcome");
        var told = Kinds.Select(k => (Kind: k, Column: outcome?.Text(k))).Where(t => t.Column is not null).ToList();
        if (told.Count > 1)
        {
            throw new DeclarationException(
                $"An outcome is one of item, label and value, not {told[0].Kind} and {told[1].Kind}.",
                outcome!.At
            );
        }

        var (kind, column) = told.FirstOrDefault();
        var monitor = new MonitorDeclaration
        {
            At = map.At,
            Outcome = column,
            OutcomeKind = kind,
            Key = outcome?.Text("key"),
            Within = outcome?.Read("within", YamlRead.Duration) ?? TimeSpan.FromDays(7),
            OutcomeDelay = map.Read("outcome_delay", YamlRead.Duration) ?? TimeSpan.Zero,
            Watch = map.Text("watch"),
        };
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

        if (!harm && every is null)
        {
            throw new DeclarationException(
                "'on' names what starts a retraining: harm, { every: 30d }, or both. To retrain by hand only, leave 'retrain' out.",
                YamlRead.Place(on)
            );
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
