namespace Millrace.Serving.Autoscaling;

/// <summary>A number over time, averaged over windows. Forgets what is older than the longest of them.</summary>
internal sealed class LoadHistory
{
    private readonly Queue<(DateTimeOffset At, double Value)> samples = new();

    public void Add(DateTimeOffset at, double value, TimeSpan longest)
    {
        samples.Enqueue((at, value));
        while (samples.Peek().At <= at - longest)
        {
            samples.Dequeue();
        }
    }

    /// <summary>The mean of what there is within the window; 0 where there is nothing.</summary>
    public double Mean(DateTimeOffset now, TimeSpan window)
    {
        var sum = 0.0;
        var count = 0;
        foreach (var (at, value) in samples)
        {
            if (at > now - window)
            {
                sum += value;
                count++;
            }
        }

        return count == 0 ? 0 : sum / count;
    }
}
