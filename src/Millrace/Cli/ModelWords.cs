using System.CommandLine;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Cli;

/// <summary>The verbs under <c>models</c> that change what models and versions are called and said to be.</summary>
internal static class ModelWords
{
    private static readonly Option<string?> OfVersion = new("--version")
    {
        Description = "Of this version (number, alias or latest) rather than of the model.",
    };

    public static Command Alias(Argument<string> model, Argument<string> version)
    {
        var alias = new Argument<string>("ALIAS")
        {
            Description = "The alias: challenger, or any name that cannot be taken for a version.",
        };
        var target = new Argument<string?>("VERSION")
        {
            Description = version.Description,
            Arity = ArgumentArity.ZeroOrOne,
        };
        var reason = new Option<string>("--reason")
        {
            Description = "Why, for the audit log.",
            DefaultValueFactory = _ => "",
        };
        var delete = new Option<bool>("--delete") { Description = "Take the alias away." };
        return new Command("alias", "Point an alias at a version, or take it away.")
        {
            model,
            alias,
            target,
            reason,
            delete,
        }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var name = ModelName.Parse(parsed.GetValue(model)!, null);
                    var called = parsed.GetValue(alias)!;
                    var view = (parsed.GetValue(target), parsed.GetValue(delete)) switch
                    {
                        (null, true) => await session.Client.DeleteAliasAsync(name, called, ct),
                        ({ } to, false) => await session.Client.SetAliasAsync(
                            name,
                            called,
                            new(
                                ModelsCommand.Find(await session.Client.ModelAsync(name, ct), to),
                                parsed.GetValue(reason)!
                            ),
                            ct
                        ),
                        _ => throw Refusal.Invalid("Name the version that the alias shall point at, or --delete."),
                    };
                    output.Result(
                        view,
                        () =>
                            output.Line(
                                $"{name}: {string.Join(", ", view.Aliases.Select(a => $"{a.Key} is v{a.Value}").DefaultIfEmpty("no aliases"))}"
                            )
                    );
                }
            )
            .Example(
                "millrace models alias movie-night challenger 4 --reason \"trained on twice the data\"",
                "millrace models alias movie-night challenger --delete"
            );
    }

    public static Command Tag(Argument<string> model)
    {
        var tags = new Argument<string[]>("TAG")
        {
            Description = "KEY=VALUE, any number of times.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var remove = new Option<string[]>("--remove")
        {
            Description = "A tag to take away, by its key.",
            DefaultValueFactory = _ => [],
        };
        return new Command("tag", "Set or remove tags of a model or a version.") { model, tags, remove, OfVersion }
            .Does(
                async (parsed, session, output, ct) =>
                {
                    var changes = new Dictionary<string, string?>(StringComparer.Ordinal);
                    foreach (var tag in parsed.GetValue(tags) ?? [])
                    {
                        var at = tag.IndexOf('=', StringComparison.Ordinal);
                        changes[at > 0 ? tag[..at] : throw Refusal.Invalid($"'{tag}' is not a tag: KEY=VALUE.")] = tag[
                            (at + 1)..
                        ];
                    }

                    foreach (var key in parsed.GetValue(remove) ?? [])
                    {
                        changes[key] = null;
                    }

                    if (changes.Count == 0)
                    {
                        throw Refusal.Invalid("Name a tag to set, KEY=VALUE, or one to --remove.");
                    }

                    await PatchAsync(parsed, model, session, output, new(Tags: changes), ct);
                }
            )
            .Example(
                "millrace models tag movie-night team=personalisation",
                "millrace models tag movie-night --version 3 reviewed=yes --remove draft"
            );
    }

    public static Command Describe(Argument<string> model)
    {
        var text = new Argument<string>("TEXT") { Description = "The description." };
        return new Command("describe", "Say what a model or a version is.") { model, text, OfVersion }
            .Does(
                (parsed, session, output, ct) =>
                    PatchAsync(parsed, model, session, output, new(Description: parsed.GetValue(text)), ct)
            )
            .Example(
                "millrace models describe movie-night \"What each viewer watches next\"",
                "millrace models describe movie-night \"Before the summer sale\" --version 3"
            );
    }

    private static async Task PatchAsync(
        ParseResult parsed,
        Argument<string> model,
        Session session,
        Output output,
        ModelPatch patch,
        CancellationToken ct
    )
    {
        var name = ModelName.Parse(parsed.GetValue(model)!, null);
        if (parsed.GetValue(OfVersion) is { } version)
        {
            var number = ModelsCommand.Find(await session.Client.ModelAsync(name, ct), version);
            var changed = await session.Client.PatchModelVersionAsync(name, number, patch, ct);
            output.Result(changed, () => Say($"{name} v{number}", changed.Description, changed.Tags));
        }
        else
        {
            var changed = await session.Client.PatchModelAsync(name, patch, ct);
            output.Result(changed, () => Say($"{name}", changed.Description, changed.Tags));
        }
    }

    private static void Say(string what, string description, IReadOnlyDictionary<string, string> tags) =>
        Facts.Print([("Model", what), ("Description", description), .. tags.Select(t => ($"#{t.Key}", t.Value))]);
}
