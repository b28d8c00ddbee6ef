using Millrace.Core;
using Millrace.Models.Registry;

namespace Millrace.Models.Evaluation;

/// <summary>What a person registers meets the gates that were declared for the run, as it would in its loop.</summary>
internal sealed class RegisterByHand(RegisterRun register, StartGates gates)
{
    public async Task<VersionNumber> RunAsync(ModelName model, RunId run, string description, CancellationToken ct)
    {
        var number = await register.RunAsync(model, run, description, ct);
        await gates.OfRunAsync(model, number, ct);
        return number;
    }
}
