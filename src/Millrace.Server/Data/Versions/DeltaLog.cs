using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Millrace.Core;
using Millrace.Engine.Ingest;
using Millrace.Engine.Tables;

namespace Millrace.Data.Versions;

/// <summary>
/// The Delta transaction log of one dataset (Delta protocol, reader version 1, writer version 2), which any lakehouse
/// engine reads. Dataset version 1 is Delta version 0. A version exists exactly when its file in the log does, and that
/// file is put there whole, and only where none is.
/// </summary>
internal sealed class DeltaLog(string datasetFolder)
{
    private string Folder => Path.Combine(datasetFolder, "_delta_log");

    /// <summary>The newest version; null where there is none.</summary>
    public VersionNumber? Newest()
    {
        if (!Directory.Exists(Folder))
        {
            return null;
        }

        var newest = Directory
            .EnumerateFiles(Folder, "*.json")
            .Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(n => n.Length == 20 && n.All(char.IsAsciiDigit))
            .Max(StringComparer.Ordinal);
        return newest is null ? null : new VersionNumber(int.Parse(newest, CultureInfo.InvariantCulture) + 1);
    }

    public bool Has(VersionNumber number) => File.Exists(PathOf(number));

    /// <summary>Makes the version exist. False where somebody else's version has that number.</summary>
    /// <param name="manifest">The version.</param>
    /// <param name="stats">Statistics of its new files, in their order.</param>
    /// <param name="replaced">Files of the version before that it does not have any more.</param>
    /// <param name="first">The dataset's first version: the table's identity.</param>
    public bool TryCommit(
        VersionManifest manifest,
        IReadOnlyList<string> stats,
        IReadOnlyList<DataFile> replaced,
        VersionManifest first
    )
    {
        Directory.CreateDirectory(Folder);
        var temporary = Path.Combine(Folder, $".{manifest.Job}.tmp");
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        using (var writer = new StreamWriter(file))
        {
            foreach (var action in Actions(manifest, stats, replaced, first))
            {
                writer.Write(action.ToJsonString(Json.Options));
                writer.Write('\n');
            }

            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, PathOf(manifest.Number), overwrite: false);
            Durable.FlushFolder(Folder);
            return true;
        }
        catch (IOException) when (Has(manifest.Number))
        {
            File.Delete(temporary);
            return false;
        }
    }

    private string PathOf(VersionNumber number) =>
        Path.Combine(Folder, (number.Value - 1).ToString("D20", CultureInfo.InvariantCulture) + ".json");

    private static IEnumerable<JsonObject> Actions(
        VersionManifest manifest,
        IReadOnlyList<string> stats,
        IReadOnlyList<DataFile> replaced,
        VersionManifest first
    )
    {
        var at = manifest.CreatedAt.ToUnixTimeMilliseconds();
        yield return new()
        {
            ["commitInfo"] = new JsonObject
            {
                ["timestamp"] = at,
                ["operation"] = "WRITE",
                ["operationParameters"] = new JsonObject { ["mode"] = manifest.Replaces ? "Overwrite" : "Append" },
                ["engineInfo"] = "Millrace",
                ["isBlindAppend"] = !manifest.Replaces,
            },
        };
        if (manifest.Number.Value == 1)
        {
            yield return new()
            {
                ["protocol"] = new JsonObject { ["minReaderVersion"] = 1, ["minWriterVersion"] = 2 },
            };
        }

        if (manifest.Number.Value == 1 || manifest.Replaces)
        {
            yield return new()
            {
                ["metaData"] = new JsonObject
                {
                    ["id"] = Guid.ParseExact(first.Job.Value, "n").ToString(),
                    ["name"] = manifest.Dataset.Value,
                    ["format"] = new JsonObject { ["provider"] = "parquet", ["options"] = new JsonObject() },
                    ["schemaString"] = SchemaString(manifest.Schema),
                    ["partitionColumns"] = new JsonArray(),
                    ["configuration"] = new JsonObject(),
                    ["createdTime"] = first.CreatedAt.ToUnixTimeMilliseconds(),
                },
            };
        }

        foreach (var file in replaced)
        {
            yield return new()
            {
                ["remove"] = new JsonObject
                {
                    ["path"] = file.Name,
                    ["deletionTimestamp"] = at,
                    ["dataChange"] = true,
                },
            };
        }

        var added = manifest.Files.TakeLast(manifest.NewFiles);
        foreach (var (file, statistics) in added.Zip(stats))
        {
            yield return new()
            {
                ["add"] = new JsonObject
                {
                    ["path"] = file.Name,
                    ["partitionValues"] = new JsonObject(),
                    ["size"] = file.Bytes,
                    ["modificationTime"] = at,
                    ["dataChange"] = true,
                    ["stats"] = statistics,
                },
            };
        }
    }

    private static string SchemaString(IEnumerable<Column> schema)
    {
        var fields = schema.Select(c =>
            (JsonNode)
                new JsonObject
                {
                    ["name"] = c.Name,
                    ["type"] = TypeName(c.Type),
                    ["nullable"] = true,
                    ["metadata"] = new JsonObject(),
                }
        );
        return JsonSerializer.Serialize(
            new JsonObject { ["type"] = "struct", ["fields"] = new JsonArray([.. fields]) },
            Json.Options
        );
    }

    private static string TypeName(ColumnType type) =>
        type switch
        {
            ColumnType.Bool => "boolean",
            ColumnType.Int32 => "integer",
            ColumnType.Int64 => "long",
            ColumnType.Double => "double",
            ColumnType.Date => "date",
            ColumnType.Timestamp => "timestamp",
            _ => "string",
        };
}
