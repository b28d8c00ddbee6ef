using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using Millrace.Api;
using Millrace.Core;
using Millrace.Ui.Parts;

namespace Millrace.Ui.Pages.Endpoints;

public sealed partial class TryPrediction
{
    private readonly Dictionary<string, string> fields = new(StringComparer.Ordinal);
    private PredictionView? answer;
    private string? trouble;
    private bool isBusy;

    [Parameter, EditorRequired]
    public EndpointView Endpoint { get; set; } = default!;

    [Parameter]
    public EventCallback OnPredicted { get; set; }

    [Inject]
    private MillraceClient Client { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private string Curl =>
        $"curl -s {Navigation.BaseUri}predict/{Endpoint.Name} \\\n  -H 'Content-Type: application/json' \\\n  -d '{Body().ToJsonString(Json.Options).Replace("'", @"'\''", StringComparison.Ordinal)}'";

    protected override void OnInitialized() => Fill();

    private void Fill()
    {
        fields.Clear();
        foreach (var input in Endpoint.Inputs)
        {
            fields[input.Name] =
                Endpoint.Example.ValueKind == JsonValueKind.Object
                && Endpoint.Example.TryGetProperty(input.Name, out var value)
                    ? value.ValueKind switch
                    {
                        JsonValueKind.String => value.GetString()!,
                        JsonValueKind.Null => "",
                        _ => value.GetRawText(),
                    }
                    : "";
        }
    }

    private void Set(InputView input, object? value) => fields[input.Name] = (string?)value ?? "";

    private static string Kind(InputView input) =>
        input.Type switch
        {
            "int32" or "int64" or "double" => "number",
            "date" => "date",
            _ => "text",
        };

    /// <summary>An empty field is not sent: the recipe knows what to do with what is missing, or the server says its name.</summary>
    private JsonObject Body()
    {
        var body = new JsonObject();
        foreach (var input in Endpoint.Inputs)
        {
            var text = fields[input.Name].Trim();
            if (text.Length > 0)
            {
                body[input.Name] = Typed(input, text);
            }
        }

        return body;
    }

    private static JsonValue Typed(InputView input, string text) =>
        input.Type switch
        {
            "bool" when bool.TryParse(text, out var b) => JsonValue.Create(b),
            "int32" or "int64" when long.TryParse(text, CultureInfo.InvariantCulture, out var n) => JsonValue.Create(n),
            "double" when double.TryParse(text, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) =>
                JsonValue.Create(d),
            _ => JsonValue.Create(text),
        };

    private async Task PredictAsync()
    {
        (isBusy, trouble) = (true, null);
        try
        {
            using var json = JsonDocument.Parse(Body().ToJsonString(Json.Options));
            answer = await Client.PredictAsync(Endpoint.Name, json.RootElement, CancellationToken.None);
        }
        catch (Exception e) when (e is RefusalException or HttpRequestException)
        {
            trouble = Show.Trouble(e);
        }
        finally
        {
            isBusy = false;
        }

        await OnPredicted.InvokeAsync();
    }
}
