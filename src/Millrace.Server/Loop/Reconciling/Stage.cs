namespace Millrace.Loop.Reconciling;

/// <summary>The names of a loop's stages, in their order.</summary>
internal static class Stage
{
    public const string Ingest = "ingest";
    public const string Train = "train";
    public const string Register = "register";
    public const string Gates = "gates";
    public const string Deploy = "deploy";
    public const string Monitor = "monitor";
}
