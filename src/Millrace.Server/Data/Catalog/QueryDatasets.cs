using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Versions;
using Millrace.Engine.Tables;
using Millrace.Storage;

namespace Millrace.Data.Catalog;

/// <summary>
/// Runs somebody's SELECT over datasets. DuckDB's own parser says that it is one SELECT and nothing else; the session can
/// open the files of the datasets that the text names, and no other file or address; time, memory and rows are limited.
/// </summary>
internal sealed partial class QueryDatasets(
    MillraceDb db,
    ReadVersion versions,
    IEnumerable<IQueryTables> others,
    MillraceFolder folders,
    IOptions<QueryOptions> options,
    TimeProvider time
)
{
    public async Task<TableView> RunAsync(QueryRequest request, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Sql))
        {
            throw Refusal.Invalid("'sql' is missing: a query such as select * from \"name\".");
        }

        var limit = Limits.PageSize(request.Limit, options.Value.MaxRows);
        var views = await ViewsAsync(request.Sql, ct);
        using var timeout = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            return await Task.Run(() => Run(request.Sql, views, limit, either.Token), either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Refusal.Exhausted(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The query took longer than {options.Value.Timeout.TotalSeconds:0.#} s and was stopped: ask for less, or raise Data:Query:Timeout."
                )
            );
        }
    }

    private TableView Run(string sql, IReadOnlyList<QueryTable> views, int limit, CancellationToken ct)
    {
        using var duck = DuckSession.Open(
            Path.Combine(folders.Root, "tmp", Id.New(time)),
            options.Value.MemoryMegabytes
        );
        RefuseAllButSelect(duck, sql, ct);
        foreach (var (name, files) in views)
        {
            duck.Execute(
                $"CREATE VIEW {Sql.Identifier(name)} AS SELECT * FROM read_parquet({Sql.Files(files)}, union_by_name = true)",
                ct
            );
        }

        duck.Execute(
            $"""
            SET allowed_paths = {Sql.List(views.SelectMany(v => v.Files))};
            SET enable_external_access = false;
            SET lock_configuration = true
            """,
            ct
        );
        try
        {
            return duck.Read(
                $"SELECT * FROM ({sql.TrimEnd().TrimEnd(';')}\n) LIMIT {limit + 1}",
                r => ReadTable.Of(r, limit),
                ct
            );
        }
        catch (DuckDBException e)
        {
            throw Refusal.Invalid(e.Message.Trim() + Hint(e.Message, views));
        }
    }

    private static void RefuseAllButSelect(DuckSession duck, string sql, CancellationToken ct)
    {
        if (sql.Contains('\0', StringComparison.Ordinal))
        {
            throw Refusal.Invalid("A query is text: there is a zero character in it.");
        }

        var parsed = duck.Query($"SELECT json_serialize_sql({Sql.Literal(sql)})", r => r.GetString(0), ct)[0];
        using var json = JsonDocument.Parse(parsed);
        if (json.RootElement.GetProperty("error").GetBoolean())
        {
            throw Refusal.Invalid(
                $"Only a SELECT can be asked: {json.RootElement.GetProperty("error_message").GetString()}"
            );
        }

        if (json.RootElement.GetProperty("statements").GetArrayLength() != 1)
        {
            throw Refusal.Invalid("One SELECT at a time can be asked.");
        }
    }

    /// <summary>The datasets and versions whose names stand in the text: a name too many costs a look at a footer.</summary>
    private async Task<IReadOnlyList<QueryTable>> ViewsAsync(string sql, CancellationToken ct)
    {
        var names = await db.Set<VersionRow>().AsNoTracking().Select(v => v.Dataset).Distinct().ToListAsync(ct);
        var views = new List<QueryTable>();
        foreach (var name in names.Where(n => sql.Contains(n.Value, StringComparison.OrdinalIgnoreCase)))
        {
            views.Add(new(name.Value, (await versions.RunAsync(name, null, ct)).Files));
            var numbers = NumberedVersion()
                .Matches(sql)
                .Where(m => string.Equals(m.Groups["name"].Value, name.Value, StringComparison.OrdinalIgnoreCase))
                .Select(m => VersionNumber.Parse(m.Groups["number"].Value, null))
                .Distinct();
            foreach (var number in numbers)
            {
                views.Add(new($"{name}@{number}", (await versions.RunAsync(name, number, ct)).Files));
            }
        }

        foreach (var source in others)
        {
            // A dataset of the same name goes first.
            var further = await source.FindAsync(sql, ct);
            views.AddRange(
                further.Where(t => !views.Exists(v => string.Equals(v.Name, t.Name, StringComparison.Ordinal)))
            );
        }

        return views;
    }

    private static string Hint(string message, IReadOnlyList<QueryTable> views) =>
        message.Contains("does not exist", StringComparison.Ordinal) && views.Count == 0
            ? " (a dataset is a table of its name; quote a name with - or @, as in \"movie-night@2\")"
            : "";

    [GeneratedRegex("\"(?<name>[a-z0-9][a-z0-9._-]*)@(?<number>[0-9]{1,9})\"", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex NumberedVersion();
}
