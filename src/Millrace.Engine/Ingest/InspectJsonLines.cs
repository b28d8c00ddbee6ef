using System.Text;
using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Declarations;

namespace Millrace.Engine.Ingest;

/// <summary>Finds out the columns of a JSON lines file: all keys of all rows, in the order of their first appearance.</summary>
internal static class InspectJsonLines
{
    private static readonly CsvDialect Lines = new() { Delimiter = ',', WholeLines = true };

    public static Source Run(
        string path,
        string name,
        TextCoding coding,
        ReadOnlySpan<byte> sample,
        List<string> notices,
        CancellationToken ct
    )
    {
        if (sample.TrimStart(" \t\r\n"u8) is [(byte)'[', ..])
        {
            throw Refusal.Invalid(
                $"{name} is one JSON array, not JSON lines: write one object a line, for instance with jq -c '.[]'."
            );
        }

        var source = new Source
        {
            Path = path,
            Name = name,
            Format = FileFormat.JsonLines,
            Coding = coding,
            Dialect = Lines,
            Columns = [],
        };
        var keys = new Dictionary<string, bool>(StringComparer.Ordinal);
        using var reader = source.OpenRecords();
        long rows = 0,
            broken = 0;
        while (reader.Read())
        {
            if ((++rows & 0xFFF) == 0)
            {
                ct.ThrowIfCancellationRequested();
            }

            broken += Collect(reader.Raw, keys) ? 0 : 1;
        }

        if (keys.Count == 0 || broken * 10 >= rows * 9)
        {
            throw Refusal.Invalid(
                $"{name}: {broken:N0} of {rows:N0} lines are no JSON object. JSON lines has one object a line; set format if the file is something else."
            );
        }

        var names = ColumnNames.OfKeys([.. keys.Keys], name, notices);
        return source with
        {
            Columns =
            [
                .. keys.Zip(
                    names,
                    (key, column) =>
                        new SourceColumn(column, null, IsText: key.Value, Key: ColumnNames.Other(key.Key, column))
                ),
            ],
        };
    }

    private static bool Collect(ReadOnlySpan<byte> line, Dictionary<string, bool> keys)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var key = json.GetString()!;
                json.Read();
                var text = json.TokenType == JsonTokenType.String;
                if (!keys.TryGetValue(key, out var before) || (text && !before))
                {
                    keys[key] = text;
                }

                json.Skip();
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            return false;
        }
    }
}
