namespace Millrace.Ui.Pages.Backtests;

/// <summary>Policies as people say them.</summary>
public static class PolicyWords
{
    public static string Of(string policy) =>
        policy switch
        {
            "never" => "never retrained",
            "harm" => "retrained on harm",
            ['e', 'v', 'e', 'r', 'y', ':', .. var pause] => $"retrained every {pause}",
            _ => policy,
        };
}
