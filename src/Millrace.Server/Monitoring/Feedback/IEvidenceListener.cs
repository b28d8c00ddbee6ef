using Millrace.Core;

namespace Millrace.Monitoring.Feedback;

/// <summary>Is told when outcomes were joined: what harm or a rollout is decided by may have changed.</summary>
internal interface IEvidenceListener
{
    /// <summary>Comes after the joins are on the disk. It must only note it: the joiner waits.</summary>
    void EvidenceChanged(EndpointName endpoint);
}
