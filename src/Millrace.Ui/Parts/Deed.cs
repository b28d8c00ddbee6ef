using MudBlazor;

namespace Millrace.Ui.Parts;

/// <summary>Does what a person asked for and says how it went; a refusal is news, not a broken screen.</summary>
public static class Deed
{
    public static async Task<bool> TryAsync(this ISnackbar news, Func<Task> deed, string done)
    {
        try
        {
            await deed();
            news.Add(done, Severity.Success);
            return true;
        }
        catch (Exception e) when (e is Core.RefusalException or HttpRequestException or IOException)
        {
            news.Add(Show.Trouble(e), Severity.Error, options => options.RequireInteraction = true);
            return false;
        }
    }
}
