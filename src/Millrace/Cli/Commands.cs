using System.CommandLine;

namespace Millrace.Cli;

/// <summary>The root of the command line: every verb by name.</summary>
internal static class Commands
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Millrace: raw data to decisions that keep being right, in one binary.")
        {
            DemoCommand.Create(),
            UpCommand.Create(),
            ApplyCommand.Create(),
            StatusCommand.Create(),
            RetrainCommand.Create(),
            BacktestCommand.Create(),
            DataCommand.Create(),
            RunsCommand.Create(),
            ModelsCommand.Create(),
            EndpointsCommand.Create(),
            DeployCommand.Create(),
            DeployCommand.CreateRollback(),
            DeployCommand.CreateUndeploy(),
            RolloutCommand.Create(),
            ScaleCommand.Create(),
            PredictCommand.Create(),
            OutcomeCommand.Create(),
            MonitorCommand.Create(),
            AlertsCommand.Create(),
            AuditCommand.Create(),
            WorkCommand.Create(),
            ServeCommand.Create(),
        };
        root.Options.Add(CommonOptions.Json);
        Examples.AddTo(root);
        root.Example("millrace demo", "millrace up", "millrace apply loop.yaml", "millrace predict --help");
        return root;
    }
}
