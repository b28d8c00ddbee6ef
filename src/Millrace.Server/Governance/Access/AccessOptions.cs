using System.ComponentModel.DataAnnotations;

namespace Millrace.Governance.Access;

/// <summary>Who may speak to the server. Section <c>Access</c>.</summary>
internal sealed class AccessOptions
{
    /// <summary>Every request must carry it. Empty: no token, and the server listens on loopback only.</summary>
    [RegularExpression(
        "([!-~]{16,200})?",
        ErrorMessage = "An access token is 16 to 200 printable characters without spaces."
    )]
    public string Token { get; init; } = "";
}
