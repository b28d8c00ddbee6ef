using System.Globalization;
using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;
using Millrace.Engine.Work;

namespace Millrace.Engine.Ingest;

/// <summary>
/// Takes files in: finds out how to read them, reads them by the contract, writes accepted rows and quarantined rows as
/// Parquet, and profiles the result. Every row of every file ends in one of the two. Files whose every cell is plainly
/// written go the fast way, one statement of DuckDB with our own reader vouching for it; at the first surprise everything
/// is read again the careful way. Both give the same rows.
/// </summary>
public static class IngestFiles
{
    public const string DataName = "data.parquet";
    public const string QuarantineName = "quarantine.parquet";

    public static Task<IngestReport> RunAsync(IngestSpec spec, IWorkSink sink, CancellationToken ct) =>
        Task.Run(() => RunAsync(spec, sink, carefulOnly: false, ct), ct);

    internal static async Task<IngestReport> RunAsync(
        IngestSpec spec,
        IWorkSink sink,
        bool carefulOnly,
        CancellationToken ct
    )
    {
        if (spec.Files.Count == 0 && spec.Again.Count == 0)
        {
            throw Refusal.Invalid("No files were named: give files, folders or globs.");
        }

        var spill = Path.Combine(spec.OutputFolder, ".spill");
        Directory.CreateDirectory(spill);
        try
        {
            using var duck = DuckSession.Open(spill);
            using var progress = new ReadingProgress(
                sink,
                duck,
                spec.Files.Where(File.Exists).Sum(f => new FileInfo(f).Length)
            );
            return await RunAsync(spec, sink, duck, progress, spill, carefulOnly, ct).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(spill, recursive: true);
        }
    }

    private static async Task<IngestReport> RunAsync(
        IngestSpec spec,
        IWorkSink sink,
        DuckSession duck,
        ReadingProgress progress,
        string spill,
        bool carefulOnly,
        CancellationToken ct
    )
    {
        var notices = new List<string>();
        var before = new Dictionary<string, long>(StringComparer.Ordinal);
        spec = spec with
        {
            Files = spec.Again.Count > 0 ? FilesAgain.Run(spec, notices, ct) : NewFiles.Run(spec, notices, before, ct),
        };
        if (spec.Files.Count == 0)
        {
            return NothingNew(spec, notices);
        }

        var stored = spec.Again.SelectMany(a => a.Data).ToHashSet(StringComparer.Ordinal);
        var names = Names(spec.Files);
        var sources = new List<Source>();
        for (var i = 0; i < spec.Files.Count; i++)
        {
            ct.ThrowIfCancellationRequested();
            var read = stored.Contains(spec.Files[i]) ? new ReadOptions() : spec.Read;
            sources.Add(Named(InspectSource.Run(spec.Files[i], names[i], read, duck, notices, ct), spec.Contract));
        }

        RowCheck.CreateTable(duck, ct);
        var columns = PlanColumns.Run(sources, spec, notices);
        var fast =
            carefulOnly || before.Count > 0
                ? null
                : await new FastIngest(duck, spec, progress, sink)
                    .TryRunAsync(sources, columns, ct)
                    .ConfigureAwait(false);
        var staged = fast ?? Careful(duck, spec, spill, progress, sources, columns, notices, ct);

        staged = PassOver(duck, staged, before, ct);
        var rowsIn = staged.Sources.Sum(s => s.Rows - before.GetValueOrDefault(s.Source.Path));
        if (rowsIn == 0)
        {
            return NothingNew(spec, notices);
        }

        var data = Path.Combine(spec.OutputFolder, DataName);
        var rules = RowRules.Of(staged.Columns, staged.Unread);
        progress.Begin("Checking the rows", 0.7, 0.75, fromDuck: true);
        var unique = new RowCheck(duck, rules, spec).Run(staged.Relation, ct);
        var quarantine = new Quarantine(duck, spill, staged.Sources, unique is null ? rules : [.. rules, unique]);
        var broken = duck.Count("SELECT count(*) FROM broken", ct);
        if (broken == rowsIn)
        {
            throw AllBroken.Refuse(rowsIn, quarantine.Count(ct), staged.Sources);
        }

        var quarantined = new List<DataFile>();
        if (fast is null || broken > 0)
        {
            progress.Begin("Writing the rows", 0.75, 0.85, fromDuck: true);
            WriteAccepted(duck, staged, data, spill, broken > 0, ct);
        }

        if (broken > 0)
        {
            var path = Path.Combine(spec.OutputFolder, QuarantineName);
            progress.Begin("Writing the quarantine", 0.85, 0.87, fromDuck: false);
            quarantine.Write(path, progress, ct);
            quarantined.Add(new DataFile(QuarantineName, new FileInfo(path).Length, broken, FileHash.Of(path, ct)));
        }

        var hash = Task.Run(() => FileHash.Of(data, ct), ct);
        progress.Begin("Profiling the columns", 0.87, 1, fromDuck: false);
        var schema = staged.Columns.Select(c => new Column(c.Name, c.KnownType)).ToList();
        var profile = ProfileColumns.Run(duck, [.. spec.Existing, data], schema, ct);
        if (spec.Schema is null)
        {
            notices.AddRange(MissingWords.Notices(staged.Columns, profile));
        }

        var accepted = duck.Count($"SELECT sum(num_rows) FROM parquet_file_metadata({Sql.Files([data])})", ct);
        if (accepted + broken != rowsIn)
        {
            throw new InvalidOperationException(
                $"{rowsIn} rows came in, but {accepted} were accepted and {broken} quarantined."
            );
        }

        return new IngestReport
        {
            RowsIn = rowsIn,
            RowsAccepted = accepted,
            RowsQuarantined = broken,
            Schema = schema,
            Data = [new DataFile(DataName, new FileInfo(data).Length, accepted, await hash.ConfigureAwait(false))],
            Quarantine = quarantined,
            Broken = broken > 0 ? quarantine.Count(ct) : [],
            Sources =
            [
                .. staged
                    .Sources.Where(s => !stored.Contains(s.Source.Path))
                    .Select(s => new DataFile(s.Source.Name, new FileInfo(s.Source.Path).Length, s.Rows, s.Sha256)),
            ],
            Replaces = spec.Again.Count > 0,
            Profile = profile,
            Notices = notices,
        };
    }

    /// <summary>The rows of grown files that were taken in before are neither checked nor written again.</summary>
    private static Staged PassOver(
        DuckSession duck,
        Staged staged,
        Dictionary<string, long> before,
        CancellationToken ct
    )
    {
        if (before.Count == 0)
        {
            return staged;
        }

        var passed = string.Join(
            " OR ",
            staged
                .Sources.Where(s => before.ContainsKey(s.Source.Path))
                .Select(s =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"({{0}} > {s.Offset} AND {{0}} <= {s.Offset + before[s.Source.Path]})"
                    )
                )
        );
        duck.Execute($"DELETE FROM broken WHERE {passed.Replace("{0}", "row", StringComparison.Ordinal)}", ct);
        var rest = passed.Replace("{0}", RowCheck.RowName, StringComparison.Ordinal);
        return staged with { Relation = $"(SELECT * FROM {staged.Relation} WHERE NOT ({rest}))" };
    }

    private static IngestReport NothingNew(IngestSpec spec, IReadOnlyList<string> notices) =>
        new()
        {
            RowsIn = 0,
            RowsAccepted = 0,
            RowsQuarantined = 0,
            Schema = spec.Schema ?? [],
            Data = [],
            Quarantine = [],
            Broken = [],
            Sources = [],
            Notices = notices,
        };

    private static Staged Careful(
        DuckSession duck,
        IngestSpec spec,
        string spill,
        ReadingProgress progress,
        List<Source> sources,
        IReadOnlyList<IngestColumn> columns,
        List<string> notices,
        CancellationToken ct
    )
    {
        while (true)
        {
            try
            {
                progress.Begin("Reading", 0, 0.7, fromDuck: false);
                return new CarefulStage(duck, spec, spill, progress).Run(sources, columns, ct);
            }
            catch (NotUtf8Exception e)
            {
                var at = sources.IndexOf(e.File);
                sources[at] = Named(InspectSource.Recode(e.File, spec.Read, notices), spec.Contract);
                columns = PlanColumns.Run(sources, spec, []);
            }
        }
    }

    private static void WriteAccepted(
        DuckSession duck,
        Staged staged,
        string data,
        string spill,
        bool anyBroken,
        CancellationToken ct
    )
    {
        var where = anyBroken ? $" WHERE {RowCheck.RowName} NOT IN (SELECT row FROM broken)" : "";
        var written = Path.Combine(spill, "accepted.parquet");
        duck.Execute(
            $"COPY (SELECT {Sql.Identifiers(staged.Columns.Select(c => c.Name))} FROM {staged.Relation}{where}) TO {Sql.Literal(written)} ({Sql.StoredParquet})",
            ct
        );
        File.Move(written, data, overwrite: true);
    }

    /// <summary>A file without header whose columns the contract names all, takes their names in the contract's order.</summary>
    internal static Source Named(Source source, Contract contract) =>
        source is { Format: FileFormat.Csv, Header: false }
        && contract.Columns.Count == source.Columns.Count
        && !contract.Columns.Any(r => r.Name.StartsWith("column", StringComparison.Ordinal))
            ? source with
            {
                Columns = [.. source.Columns.Select((c, i) => c with { Name = contract.Columns[i].Name })],
            }
            : source;

    /// <summary>File names where they tell the files apart, else with as many folders as that takes.</summary>
    private static string[] Names(IReadOnlyList<string> files)
    {
        var names = files.Select(f => Path.GetFileName(f.TrimEnd('/', '\\'))).ToArray();
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length ? names : [.. files];
    }
}
