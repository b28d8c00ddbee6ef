using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;

namespace Millrace.Ui.Pages.Audit;

public sealed partial class AuditPage
{
    private const int Size = 50;

    private static readonly (string, string)[] Kinds =
    [
        ("loop", "Loops"),
        ("dataset", "Datasets"),
        ("run", "Runs"),
        ("model", "Models"),
        ("endpoint", "Endpoints"),
    ];

    [SupplyParameterFromQuery(Name = "kind")]
    private string? Kind { get; set; }

    [SupplyParameterFromQuery(Name = "subject")]
    private string? Subject { get; set; }

    /// <summary>Whose story is told; null for the whole log.</summary>
    [SupplyParameterFromQuery(Name = "loop")]
    private string? Loop { get; set; }

    [SupplyParameterFromQuery(Name = "as")]
    private string? Shape { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Wanted { get; set; }

    private int Page => Math.Max(1, Wanted ?? 1);

    private bool IsList => Shape is "list";

    /// <param name="Loops">Those whose story can be told; none where one is.</param>
    public sealed record Contents(Page<AuditEntry> Page, LoopStory? Story, IReadOnlyList<LoopName> Loops);

    protected override object Key => (Kind, Subject, Loop, Page);

    protected override async Task<Contents> LoadAsync(CancellationToken ct)
    {
        if (Loop is { } name)
        {
            var story = await LoopStory.LoadAsync(Client, LoopName.Parse(name, null), ct);
            return new Contents(new Page<AuditEntry>(story.Entries, story.Entries.Count), story, []);
        }

        var page = Client.AuditAsync(Kind, Subject, Size, (Page - 1) * Size, ct);
        var loops = Client.LoopsAsync(ct);
        await Task.WhenAll(page, loops);
        return new Contents(await page, null, [.. (await loops).Select(l => l.Name)]);
    }

    protected override TimeSpan? LookAgain(Contents value) => Page == 1 ? TimeSpan.FromSeconds(5) : null;

    private string Filter(string? kind, string? subject) =>
        Navigation.GetUriWithQueryParameters(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["kind"] = kind,
                ["subject"] = subject,
                ["page"] = null,
            }
        );

    private string As(string? shape) => Navigation.GetUriWithQueryParameter("as", shape);
}
