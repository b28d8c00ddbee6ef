using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Datasets;

public sealed partial class DatasetPage
{
    [Parameter]
    public string Dataset { get; set; } = "";

    [SupplyParameterFromQuery(Name = "version")]
    private int? Version { get; set; }

    [SupplyParameterFromQuery(Name = "tab")]
    private string? Tab { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? PageWanted { get; set; }

    private int Page => Math.Max(1, PageWanted ?? 1);

    public sealed record Contents(IReadOnlyList<DatasetVersionSummary> Versions, DatasetVersionView Version)
    {
        public double QuarantinedShare =>
            Version.Quarantined == 0 ? 0 : (double)Version.Quarantined / (Version.Quarantined + Version.RowsAdded);
    }

    protected override object Key => (Dataset, Version);

    private string Current => Tab ?? "profile";

    private string Sql => $"select * from \"{Dataset}{(Version is { } v ? $"@{v}" : "")}\" limit 100";

    protected override async Task<Contents> LoadAsync(CancellationToken ct)
    {
        var dataset = await Client.DatasetAsync(DatasetName.Parse(Dataset, null), ct);
        var number = Version is { } wanted ? new VersionNumber(wanted) : dataset.Versions.Max(v => v.Number);
        return new Contents(
            [.. dataset.Versions.OrderByDescending(v => v.Number)],
            await Client.DatasetVersionAsync(dataset.Name, number, ct)
        );
    }

    private static IReadOnlyList<(string, string)> Tabs(Contents c) =>
        [
            ("profile", "Profile"),
            ("rows", "Rows"),
            ("quarantine", $"Quarantine ({Show.Count(c.Version.Quarantined)})"),
            ("versions", $"Versions ({Show.Count(c.Versions.Count)})"),
            ("files", "Files"),
        ];

    private void ChooseVersion(ChangeEventArgs e) =>
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameters(
                new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["version"] = (string?)e.Value,
                    ["page"] = null,
                }
            )
        );
}
