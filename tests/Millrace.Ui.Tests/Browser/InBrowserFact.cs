using System.Runtime.CompilerServices;
using Xunit;

namespace Millrace.Ui.Tests.Browser;

/// <summary>A test in a browser: much of what is asked of one has no limit of its own, and a browser may hang.</summary>
internal sealed class InBrowserFactAttribute : FactAttribute
{
    public InBrowserFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Timeout = BrowserFixture.TestLimit;
}

/// <inheritdoc cref="InBrowserFactAttribute"/>
internal sealed class InBrowserTheoryAttribute : TheoryAttribute
{
    public InBrowserTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Timeout = BrowserFixture.TestLimit;
}
