using Millrace.Server.Tests;
using Millrace.Server.Tests.Killing;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Millrace.Server.Tests;

/// <summary>The one test that takes longer than all beside it begins first: begun last, it leaves a core idle for a minute.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [
            .. testCollections.OrderByDescending(c =>
                c.TestCollectionDisplayName.Contains(nameof(KilledLoopTests), StringComparison.Ordinal)
            ),
        ];
}
