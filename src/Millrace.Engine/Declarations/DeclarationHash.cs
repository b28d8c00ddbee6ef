using System.Security.Cryptography;
using System.Text;

namespace Millrace.Engine.Declarations;

/// <summary>
/// Says whether two declarations mean the same, wherever in a file they stand and in whatever order their keys do. What
/// would be trained is known by the hash of its parts, so that a change of comments or of the owner trains nothing.
/// </summary>
public static class DeclarationHash
{
    /// <summary>SHA-256 over the canonical JSON, in lower-case hexadecimal digits.</summary>
    public static string Of(object declaration) => OfText(CanonicalJson.Write(declaration));

    internal static string OfText(string canonical) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
}
