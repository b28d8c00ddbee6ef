using DuckDB.NET.Data;
using Millrace.Api;
using Millrace.Core;
using Millrace.Data.Catalog;
using Millrace.Data.Versions;
using Millrace.Engine.Tables;
using Millrace.Storage;

namespace Millrace.Data.Validation;

/// <summary>The rows of a version's ingestion that broke the contract: a page of them, or all as CSV.</summary>
internal sealed class ShowQuarantine(ReadVersion versions, MillraceFolder folders, TimeProvider time)
{
    private const string Columns = "file, row, line, \"column\", rule, reason, raw";

    public async Task<Page<QuarantinedRow>> PageAsync(
        DatasetName dataset,
        VersionNumber number,
        int limit,
        int offset,
        CancellationToken ct
    )
    {
        var manifest = await versions.ManifestAsync(dataset, number, ct);
        if (manifest.Quarantine.Count == 0)
        {
            return new([], 0);
        }

        var sql =
            $"SELECT {Columns} FROM {Files(manifest)} LIMIT {Limits.PageSize(limit)} OFFSET {Limits.Offset(offset)}";
        var rows = await Task.Run(
            () =>
            {
                using var duck = Open();
                return duck.Query(sql, Row, ct);
            },
            ct
        );
        return new(rows, manifest.Quarantined);
    }

    /// <summary>Writes as it reads, so that a quarantine of any size goes through.</summary>
    public async Task WriteCsvAsync(DatasetName dataset, VersionNumber number, Stream to, CancellationToken ct)
    {
        var manifest = await versions.ManifestAsync(dataset, number, ct);
        await using var writer = new StreamWriter(to, leaveOpen: true);
        await writer.WriteLineAsync("file,row,line,column,rule,reason,raw".AsMemory(), ct);
        if (manifest.Quarantine.Count == 0)
        {
            return;
        }

        using var duck = Open();
        await using var command = duck.Connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM {Files(manifest)}";
        command.UseStreamingMode = true;
        await using var reader = (DuckDBDataReader)await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var cells = Enumerable
                .Range(0, reader.FieldCount)
                .Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i));
            await writer.WriteLineAsync(string.Join(',', cells.Select(Cell)).AsMemory(), ct);
        }
    }

    private DuckSession Open() => DuckSession.Open(Path.Combine(folders.Root, "tmp", Id.New(time)));

    private string Files(VersionManifest manifest) =>
        $"read_parquet({Sql.Files(manifest.Quarantine.Select(f => Path.Combine(folders.Dataset(manifest.Dataset), f.Name)))})";

    private static QuarantinedRow Row(DuckDBDataReader row) =>
        new(
            row.GetString(0),
            row.GetInt64(1),
            row.GetInt64(2),
            row.IsDBNull(3) ? null : row.GetString(3),
            row.GetString(4),
            row.GetString(5),
            row.IsDBNull(6) ? "" : row.GetString(6)
        );

    private static string Cell(object? value)
    {
        var text = ReadTable.Text(value) ?? "";
        return text.AsSpan().ContainsAny("\",\r\n")
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
    }
}
