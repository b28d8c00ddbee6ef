using System.Text;
using Millrace.Engine.Declarations;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;
using Millrace.Engine.Work;
using Xunit;

namespace Millrace.Tests.Ingest;

/// <summary>A folder for one test, with files made in it and ingested from it.</summary>
public sealed class IngestBench : IDisposable
{
    private int runs;

    internal IngestBench()
    {
        Folder = Directory.CreateTempSubdirectory("millrace-ingest-").FullName;
    }

    internal string Folder { get; }

    internal static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    internal string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    internal Task<IngestReport> RunAsync(params string[] files) => RunAsync(new Contract(), new ReadOptions(), files);

    internal Task<IngestReport> RunAsync(Contract contract, params string[] files) =>
        RunAsync(contract, new ReadOptions(), files);

    internal Task<IngestReport> RunAsync(Contract contract, ReadOptions read, params string[] files) =>
        RunAsync(
            new IngestSpec
            {
                Files = files,
                Contract = contract,
                Read = read,
                OutputFolder = NextOutput(),
            }
        );

    internal Task<IngestReport> RunAsync(IngestSpec spec, bool carefulOnly = false) =>
        IngestFiles.RunAsync(spec, new LogSink(Log), carefulOnly, Ct);

    internal List<string> Log { get; } = [];

    internal string Output { get; private set; } = "";

    internal string NextOutput() => Output = Directory.CreateDirectory(Path.Combine(Folder, $"out{++runs}")).FullName;

    /// <summary>Rows of the newest output, cells as DuckDB's text, null as ∅.</summary>
    internal IReadOnlyList<string> Rows(string file = IngestFiles.DataName)
    {
        using var duck = DuckSession.Open(Path.Combine(Folder, "spill"));
        return duck.Query(
            $"SELECT coalesce(CAST(COLUMNS(*) AS VARCHAR), '∅') FROM read_parquet({Sql.Files([Path.Combine(Output, file)])})",
            r => string.Join("|", Enumerable.Range(0, r.FieldCount).Select(r.GetString)),
            Ct
        );
    }

    /// <summary>Row, file, line, column, rule, reason and raw text.</summary>
    internal IReadOnlyList<string> Quarantine() => Rows(IngestFiles.QuarantineName);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private sealed class LogSink(List<string> log) : IWorkSink
    {
        public void Progress(double? done, string doing) { }

        public void Metric(string key, double value, long step) { }

        public void Log(string line) => log.Add(line);
    }
}
