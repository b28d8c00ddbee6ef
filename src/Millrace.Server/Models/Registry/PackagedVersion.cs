using Millrace.Api;
using Millrace.Core;
using Millrace.Engine.Scoring;
using Millrace.Engine.Tables;

namespace Millrace.Models.Registry;

/// <summary>A version as those who use it need it: where its package lies, what it takes, whether it may serve.</summary>
internal sealed record PackagedVersion(
    ModelName Model,
    VersionNumber Number,
    RunId Run,
    string Folder,
    string Hash,
    ModelCard Card,
    IReadOnlyList<ColumnProfile> Learned,
    Blessing Blessing,
    string Note
)
{
    /// <summary>Nothing serves, and nothing is champion, that has not passed its gates.</summary>
    /// <exception cref="RefusalException">It has not, with the reason.</exception>
    public PackagedVersion DemandBlessed() =>
        Blessing == Blessing.Passed ? this : throw Refusal.Conflict($"{Model} v{Number} cannot serve: {Note}");
}
