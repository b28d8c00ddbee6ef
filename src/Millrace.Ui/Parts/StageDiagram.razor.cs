using Microsoft.AspNetCore.Components;
using Millrace.Api;
using MudBlazor;

namespace Millrace.Ui.Parts;

public sealed partial class StageDiagram
{
    [Parameter, EditorRequired]
    public LoopView Loop { get; set; } = default!;

    /// <summary>Names of the files that the dataset came from; empty until it did.</summary>
    [Parameter]
    public IReadOnlyList<FileView> Sources { get; set; } = [];

    /// <summary>A word on the whole loop, beside the way back.</summary>
    [Parameter]
    public RenderFragment? Aside { get; set; }

    private IReadOnlyList<FlowNode> Nodes =>
        ReturnTo is null ? [Source, .. Loop.Stages.Select(Node)] : [Source, .. Loop.Stages.Select(Node), Evidence];

    /// <summary>The loop turns where its endpoint is watched: the evidence leads back to the training.</summary>
    private int? ReturnTo
    {
        get
        {
            var stages = Loop.Stages.ToList();
            var training = stages.FindIndex(s => s.Name is "train");
            return training >= 0 && stages is [.., { Name: "monitor", State: not StageState.Absent }]
                ? training + 1
                : null;
        }
    }

    private FlowNode Source =>
        Sources switch
        {
            [] => new("Source", Icons.Material.Outlined.FolderOpen, "As declared"),
            [var one] => new("Source", Icons.Material.Outlined.FolderOpen, Path.GetFileName(one.Name))
            {
                Detail = Show.Bytes(one.Bytes),
            },
            _ => new("Source", Icons.Material.Outlined.FolderOpen, Show.Count(Sources.Count, "file"))
            {
                Detail = Show.Bytes(Sources.Sum(f => f.Bytes)),
            },
        };

    /// <summary>The last time that the loop turned, and why.</summary>
    private FlowNode Evidence =>
        Loop.Retrainings.FirstOrDefault(r => r.Trigger is not TriggerKind.Applied) is { } last
            ? new("Evidence", Icons.Material.Outlined.Replay, Standing.Of(last.Trigger).Text)
            {
                State = last.State is RetrainingState.Running ? StageState.Running : StageState.Done,
                Detail = last.State is RetrainingState.Running ? $"Training {last.Number} is under way" : "",
                At = last.StartedAt,
                Link = $"loops/{Loop.Name}#retraining-{last.Number}",
            }
            : new("Evidence", Icons.Material.Outlined.Replay, "Nothing to retrain for yet")
            {
                State = StageState.Waiting,
            };

    private static FlowNode Node(StageView stage)
    {
        var (title, icon) = stage.Name switch
        {
            "ingest" => ("Dataset", Icons.Material.Outlined.TableChart),
            "train" => ("Training", Icons.Material.Outlined.Timeline),
            "register" => ("Model", Icons.Material.Outlined.Category),
            "gates" => ("Gates", Icons.Material.Outlined.FactCheck),
            "rollout" => ("Rollout", Icons.Material.Outlined.CallSplit),
            "deploy" => ("Endpoint", Icons.Material.Outlined.Sensors),
            "monitor" => ("Monitor", Icons.Material.Outlined.MonitorHeart),
            var name => (char.ToUpperInvariant(name[0]) + name[1..], Icons.Material.Outlined.Circle),
        };
        return new FlowNode(
            title,
            icon,
            stage.Headline.Length > 0 ? stage.Headline
                : stage.State is StageState.Waiting ? "Not yet"
                : ""
        )
        {
            State = stage.State,
            // A failure is told in full below the diagram.
            Detail = stage.State is StageState.Running or StageState.Absent ? stage.Message : "",
            Done = stage.Done,
            GoesOn = stage.Name switch
            {
                "deploy" => "Serving",
                "monitor" => "Watching",
                _ => null,
            },
            Link = stage.Link?.TrimStart('/'),
            At = stage.At,
        };
    }
}
