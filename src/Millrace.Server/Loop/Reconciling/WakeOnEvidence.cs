using Millrace.Core;
using Millrace.Monitoring.Feedback;

namespace Millrace.Loop.Reconciling;

/// <summary>New evidence may start a retraining or decide a rollout: the controller looks at once.</summary>
internal sealed class WakeOnEvidence(LoopSignal signal) : IEvidenceListener
{
    public void EvidenceChanged(EndpointName endpoint) => signal.Raise();
}
