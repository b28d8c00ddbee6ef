namespace Millrace.Hosting;

/// <summary>What server.json holds: where a running server listens.</summary>
internal sealed record ServerAnnouncement(Uri Address, int ProcessId);
