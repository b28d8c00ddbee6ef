using System.CommandLine;
using System.Text.Json.Nodes;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

internal static class ModelsCommand
{
    private static readonly Argument<string> Model = new("NAME") { Description = "The model." };

    private static readonly Argument<string> Version = new("VERSION")
    {
        Description = "A version: its number, an alias, or latest.",
    };

    private static readonly Argument<string?> SomeVersion = new("VERSION")
    {
        Description = "A version: its number, an alias, or latest. Left out: the model itself.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() =>
        new Command("models", "List models; show one or a version of it; name, tag and describe them.")
        {
            Show(),
            Register(),
            Gates(),
            ModelWords.Alias(Model, Version),
            ModelWords.Tag(Model),
            ModelWords.Describe(Model),
        }
            .Does(ListAsync)
            .Example(
                "millrace models",
                "millrace models show movie-night",
                "millrace models show movie-night champion --json",
                "millrace models alias movie-night challenger 4 --reason \"more data\""
            );

    /// <summary>Finds what a person calls a version: 3, v3, latest or an alias.</summary>
    public static VersionNumber Find(ModelView model, string version)
    {
        if (VersionNumber.TryParse(version.StartsWith('v') ? version[1..] : version, null, out var number))
        {
            return number;
        }

        if (model.Aliases.TryGetValue(version, out var aliased))
        {
            return aliased;
        }

        return string.Equals(version, "latest", StringComparison.Ordinal) && model.Versions.Count > 0
            ? model.Versions.Max(v => v.Number)
            : throw Refusal.NotFound(
                $"Model {model.Name} has no version or alias '{version}': it has {string.Join(", ", model.Versions.Select(v => $"v{v.Number}").Concat(model.Aliases.Keys))}."
            );
    }

    private static Command Show() =>
        new Command("show", "Show a model with its versions, or one version with its gates and lineage.")
        {
            Model,
            SomeVersion,
        }
            .Does(ShowAsync)
            .Example(
                "millrace models show movie-night",
                "millrace models show movie-night 3",
                "millrace models show movie-night champion"
            );

    private static Command Register()
    {
        var run = new Argument<string>("RUN") { Description = "A finished run's id." };
        var description = new Option<string>("--description")
        {
            Description = "What to say of the version.",
            DefaultValueFactory = _ => "",
        };
        return new Command(
            "register",
            "Make a finished run the next version of a model. The same run again gives the same version."
        )
        {
            Model,
            run,
            description,
        }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var request = new RegisterRequest(
                        RunId.Parse(parsed.GetValue(run)!, null),
                        parsed.GetValue(description)!
                    );
                    var asked = await session.Client.RegisterAsync(NameOf(parsed), request, ct);
                    var version = await EvaluatedAsync(asked, session, output, ct);
                    output.Result(version, () => output.Line($"{version.Model} v{version.Number}: {version.Note}"));
                }
            )
            .Example("millrace models register movie-night 0199c1f2a3b47c0e8d5f6a7b8c9d0e1f");
    }

    private static Command Gates() =>
        new Command("gates", "Evaluate a version's gates once more: against a champion of today, or after a failure.")
        {
            Model,
            Version,
        }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var model = await session.Client.ModelAsync(NameOf(parsed), ct);
                    var number = Find(model, parsed.GetValue(Version)!);
                    var before = await session.Client.ModelVersionAsync(model.Name, number, ct);
                    var asked = await session.Client.EvaluateGatesAsync(model.Name, number, ct);
                    var version = await EvaluatedAsync(asked, session, output, ct);
                    var unchanged =
                        before.Blessing != Blessing.Waiting && before.GatesJob == version.GatesJob
                            ? "nothing has changed since its gates were evaluated: "
                            : "";
                    var told = $"{version.Model} v{version.Number}: {unchanged}{version.Note}";
                    var isBlessed = version.Blessing == Blessing.Passed;
                    output.Result(
                        version,
                        () =>
                        {
                            if (isBlessed)
                            {
                                output.Line($"{told}");
                            }
                        }
                    );
                    if (!isBlessed)
                    {
                        throw Refusal.Invalid(told);
                    }
                }
            )
            .Example("millrace models gates movie-night 3");

    /// <summary>The version once its gates are evaluated: a server inside this command lives no longer than it.</summary>
    private static async Task<ModelVersionView> EvaluatedAsync(
        ModelVersionView version,
        Session session,
        Output output,
        CancellationToken ct
    )
    {
        if (version is not { Blessing: Blessing.Waiting, GatesJob: { } job })
        {
            return version;
        }

        await WaitFor.JobAsync<JsonNode>(session.Client, await session.Client.JobAsync(job, ct), output, ct);
        return await session.Client.ModelVersionAsync(version.Model, version.Number, ct);
    }

    private static async Task ListAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var models = await session.Client.ModelsAsync(ct);
        output.Result(
            models,
            () =>
                Output.Table(
                    ["Model", "Task", "Latest", "Aliases", "Description"],
                    models.Select(m =>
                        (IReadOnlyList<string>)
                            [
                                m.Name.Value,
                                m.Task,
                                m.Latest is { } latest ? $"v{latest}" : "–",
                                string.Join(", ", m.Aliases.Select(a => $"{a.Key}: v{a.Value}")),
                                m.Description,
                            ]
                    ),
                    "No model is registered yet: millrace apply loop.yaml"
                )
        );
    }

    private static async Task ShowAsync(ParseResult parsed, Session session, Output output, CancellationToken ct)
    {
        var model = await session.Client.ModelAsync(NameOf(parsed), ct);
        if (parsed.GetValue(SomeVersion) is { } text)
        {
            var version = await session.Client.ModelVersionAsync(model.Name, Find(model, text), ct);
            output.Result(version, () => Print(version));
        }
        else
        {
            output.Result(model, () => Print(model));
        }
    }

    private static void Print(ModelView model)
    {
        Facts.Print([
            ("Model", model.Name.Value),
            ("Description", model.Description),
            ("Created", Output.Moment(model.CreatedAt)),
            .. model.Tags.Select(t => ($"#{t.Key}", t.Value)),
        ]);
        Output.Table(
            ["Version", "Algorithm", "Metric", "Score#", "Gates", "Aliases", "Created"],
            model.Versions.Select(v =>
                (IReadOnlyList<string>)
                    [
                        $"v{v.Number}",
                        v.Algorithm,
                        v.PrimaryMetric,
                        Output.Metric(v.Score),
                        v.Blessing.Word(),
                        string.Join(", ", v.Aliases),
                        Output.Moment(v.CreatedAt),
                    ]
            )
        );
    }

    private static void Print(ModelVersionView version)
    {
        var made = version.Lineage;
        Facts.Print([
            ("Version", $"{version.Model} v{version.Number}"),
            ("Description", version.Description),
            ("Aliases", string.Join(", ", version.Aliases)),
            ("Gates", $"{version.Blessing.Word()}: {version.Note}"),
            ("Task", $"{version.Task}, {version.Algorithm}"),
            ("Inputs", string.Join(", ", version.Inputs.Select(i => $"{i.Name} ({i.Type})"))),
            ("Hash", version.Hash),
            ("Dataset", $"{made.Dataset} v{made.DatasetVersion}, {Output.Short(made.DatasetHash)}"),
            ("Recipe", Output.Short(made.RecipeHash)),
            ("Run", $"{made.Run} of {made.Experiment}"),
            ("Loop", made.Loop?.Value ?? ""),
            ("Code", $"{made.CodeVersion}, seed {made.Seed}"),
            ("Serves at", string.Join(", ", made.Endpoints)),
            ("Created", Output.Moment(version.CreatedAt)),
            .. version.Tags.Select(t => ($"#{t.Key}", t.Value)),
        ]);
        if (version.Gates.Count > 0)
        {
            Output.Table(
                ["Gate", "", "Why"],
                version.Gates.Select(g => (IReadOnlyList<string>)[g.Text, Word(g.Passed), g.Explanation])
            );
        }

        Facts.PrintMetrics(version.Metrics, version.Baseline);
    }

    private static ModelName NameOf(ParseResult parsed) => ModelName.Parse(parsed.GetValue(Model)!, null);

    private static string Word(bool? passed) =>
        passed switch
        {
            null => "waiting",
            true => "passed",
            false => "failed",
        };
}
