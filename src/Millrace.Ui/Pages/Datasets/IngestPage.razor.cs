using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Datasets;

public sealed partial class IngestPage : ComponentBase, IDisposable
{
    private const long MaxBytes = 8L * 1024 * 1024 * 1024;

    private readonly CancellationTokenSource leaving = new();
    private IBrowserFile? file;
    private IReadOnlyList<string> known = [];
    private string name = "";
    private string reason = "";
    private string delimiter = "";
    private string encoding = "";
    private string nullValues = "";
    private string header = "";
    private string? trouble;
    private bool isBusy;
    private long sent;

    [Inject]
    private MillraceClient Client { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "dataset")]
    private string? Dataset { get; set; }

    /// <summary>In the address, so that a reload goes on watching.</summary>
    [SupplyParameterFromQuery(Name = "job")]
    private string? JobText { get; set; }

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
    }

    protected override void OnParametersSet() => name = name.Length > 0 ? name : Dataset ?? "";

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            try
            {
                known = [.. (await Client.DatasetsAsync(leaving.Token)).Select(d => d.Name.Value)];
                StateHasChanged();
            }
            catch (Exception e) when (e is RefusalException or HttpRequestException or OperationCanceledException)
            {
                // Only suggestions are missing; sending the file will say what is wrong.
                known = [];
            }
        }
    }

    private void Choose(InputFileChangeEventArgs e)
    {
        (file, trouble) = (e.File, null);
        if (name.Length == 0)
        {
            var stem = e.File.Name.Split('.')[0].ToLowerInvariant().Replace(' ', '-');
            name = Name.IsValid(stem) ? stem : "";
        }
    }

    private async Task SendAsync()
    {
        (isBusy, trouble, sent) = (true, null, 0);
        try
        {
            var dataset = DatasetName.Parse(name.Trim(), null);
            await using var content = new CountingStream(file!.OpenReadStream(MaxBytes, leaving.Token), Count);
            var upload = await Client.UploadAsync(file.Name, content, leaving.Token);
            var request = new IngestRequest
            {
                Files = [upload.Name],
                Read = Options(),
                Reason = reason.Trim(),
            };
            var job = await Client.IngestAsync(dataset, request, leaving.Token);
            Navigation.NavigateTo($"ingest?dataset={dataset}&job={job.Id}", replace: true);
        }
        catch (Exception e) when (e is RefusalException or HttpRequestException or IOException)
        {
            trouble = Show.Trouble(e);
        }
        finally
        {
            isBusy = false;
        }
    }

    private ReadOptionsWire? Options()
    {
        var read = new ReadOptionsWire
        {
            Delimiter = delimiter.Length > 0 ? delimiter.Replace("\\t", "\t", StringComparison.Ordinal) : null,
            Encoding = encoding.Trim() is { Length: > 0 } e ? e : null,
            Header = bool.TryParse(header, out var hasHeader) ? hasHeader : null,
            NullValues = nullValues.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        };
        return read is { Delimiter: null, Encoding: null, Header: null, NullValues.Count: 0 } ? null : read;
    }

    private void Count(int bytes)
    {
        var before = sent / 1_000_000;
        sent += bytes;
        if (sent / 1_000_000 != before)
        {
            _ = InvokeAsync(StateHasChanged);
        }
    }
}
