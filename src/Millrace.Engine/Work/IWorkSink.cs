namespace Millrace.Engine.Work;

/// <summary>What work in a child process tells while it goes on. Every call is cheap; the sink writes a line to the parent.</summary>
public interface IWorkSink
{
    /// <param name="done">0 to 1; null where the end is not known.</param>
    /// <param name="doing">What is going on, for a person: "Reading ratings.csv.gz, 1.2M rows".</param>
    void Progress(double? done, string doing);

    /// <summary>A metric of a run at a step, as MLflow means it.</summary>
    void Metric(string key, double value, long step);

    void Log(string line);

    /// <summary>What is known before the work has a result, and stays known where it never has one.</summary>
    /// <param name="key">One of <see cref="WorkFacts"/>.</param>
    /// <param name="value">The latest value of a key is the one that holds.</param>
    void Fact(string key, string value) { }
}
