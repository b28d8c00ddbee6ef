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
    private const int MostNamed = 10;

    private const string Quoting =
        "A name with -, . or @ is quoted, as in \"movie-night@2\" or \"movie-night.predictions\".";

    public async Task<TableView> RunAsync(QueryRequest request, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Sql))
        {
            throw Refusal.Invalid("'sql' is missing: a query such as select * from \"name\".");
        }

        var limit = Limits.PageSize(request.Limit, options.Value.MaxRows);
        var names = await db.Set<VersionRow>().AsNoTracking().Select(v => v.Dataset).Distinct().ToListAsync(ct);
        var views = await ViewsAsync(request.Sql, names, ct);
        using var timeout = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            return await Task.Run(() => Run(request.Sql, names, views, limit, either.Token), either.Token);
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

    private TableView Run(
        string sql,
        IReadOnlyList<DatasetName> names,
        IReadOnlyList<QueryTable> views,
        int limit,
        CancellationToken ct
    )
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
            throw Refusal.Invalid(Explain(e.Message, names));
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
            var message = json.RootElement.GetProperty("error_message").GetString()!;
            throw Refusal.Invalid(
                message.StartsWith("Only SELECT", StringComparison.Ordinal)
                    ? "Only a SELECT can be asked: a query changes nothing."
                    : $"Only a SELECT can be asked, and this is none: {message}. {Quoting}"
            );
        }

        if (json.RootElement.GetProperty("statements").GetArrayLength() != 1)
        {
            throw Refusal.Invalid("One SELECT at a time can be asked.");
        }
    }

    /// <summary>The datasets and versions whose names stand in the text: a name too many costs a look at a footer.</summary>
    private async Task<IReadOnlyList<QueryTable>> ViewsAsync(
        string sql,
        IReadOnlyList<DatasetName> names,
        CancellationToken ct
    )
    {
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

    /// <summary>DuckDB's message; of a table that is none what tables there are, where DuckDB would name one of its own.</summary>
    private static string Explain(string message, IReadOnlyList<DatasetName> names)
    {
        if (UnknownTable().Match(message) is not { Success: true } unknown)
        {
            return message.Trim();
        }

        var known = string.Join(", ", names.Select(n => n.Value).Order(StringComparer.Ordinal).Take(MostNamed));
        var there = names.Count switch
        {
            0 => "There is none yet.",
            > MostNamed => $"There are: {known} …",
            _ => $"There are: {known}.",
        };
        return $"There is no dataset {unknown.Groups["name"].Value}. {there} {Quoting}";
    }

    [GeneratedRegex("Table with name (?<name>.+) does not exist", RegexOptions.None, 1000)]
    private static partial Regex UnknownTable();

    [GeneratedRegex("\"(?<name>[a-z0-9][a-z0-9._-]*)@(?<number>[0-9]{1,9})\"", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex NumberedVersion();
}
