using System.Text.Json;

namespace Millrace.Jobs;

/// <summary>The files in a job's folder, by which the server and the child speak.</summary>
public static class WorkFiles
{
    /// <summary>Kind and spec; written by the server before the child starts.</summary>
    public const string Spec = "spec.json";

    /// <summary>The report; written by the child, whole or not at all.</summary>
    public const string Result = "result.json";

    /// <summary>All that the child said; kept.</summary>
    public const string Log = "log.txt";
}

/// <summary>What <see cref="WorkFiles.Spec"/> holds.</summary>
public sealed record WorkOrder(string Kind, JsonElement Spec);
