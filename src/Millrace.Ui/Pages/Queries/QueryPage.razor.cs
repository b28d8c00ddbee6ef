using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Queries;

public sealed partial class QueryPage : ComponentBase, IDisposable
{
    private static readonly int[] Limits = [100, 1_000, 10_000];

    private readonly CancellationTokenSource leaving = new();
    private IReadOnlyList<DatasetSummary> datasets = [];
    private string sql = "";
    private string? ran;
    private int limit = 100;
    private TableView? table;
    private string? trouble;
    private bool isBusy;
    private TimeSpan took;

    private bool CanRun => !isBusy && !string.IsNullOrWhiteSpace(sql);

    [Inject]
    private MillraceClient Client { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    /// <summary>The question is in the address, so that it can be sent to somebody.</summary>
    [SupplyParameterFromQuery(Name = "sql")]
    private string? Asked { get; set; }

    public void Dispose()
    {
        leaving.Cancel();
        leaving.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (Asked is { Length: > 0 } asked && !string.Equals(asked, ran, StringComparison.Ordinal))
        {
            sql = asked;
            if (RendererInfo.IsInteractive)
            {
                ran = asked;
                await AskAsync();
            }
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            try
            {
                datasets = await Client.DatasetsAsync(leaving.Token);
                StateHasChanged();
            }
            catch (Exception e) when (e is RefusalException or HttpRequestException or OperationCanceledException)
            {
                // Only suggestions are missing; running a query will say what is wrong.
                datasets = [];
            }
        }
    }

    private void StartFrom(DatasetSummary dataset) => sql = $"select *\nfrom \"{dataset.Name}\"\nlimit 100";

    private async Task KeyAsync(KeyboardEventArgs e)
    {
        if (e is { CtrlKey: true, Key: "Enter" } && CanRun)
        {
            await RunAsync();
        }
    }

    private async Task RunAsync()
    {
        ran = sql.Trim();
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("sql", ran), replace: Asked is null);
        await AskAsync();
    }

    private async Task AskAsync()
    {
        (isBusy, trouble) = (true, null);
        StateHasChanged();
        var started = Time.GetTimestamp();
        try
        {
            table = await Client.QueryAsync(new QueryRequest(sql.Trim(), limit), leaving.Token);
            took = Time.GetElapsedTime(started);
        }
        catch (Exception e) when (e is RefusalException or HttpRequestException)
        {
            (table, trouble) = (null, Show.Trouble(e));
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            isBusy = false;
        }
    }
}
