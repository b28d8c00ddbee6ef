namespace Millrace.Governance.Access;

/// <summary>Who acts in this scope: the caller of a request, or Millrace itself in a reconciler.</summary>
internal sealed class Actor
{
    public const string Itself = "millrace";

    public string Name { get; set; } = Itself;
}
