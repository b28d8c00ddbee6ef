using System.Text.Json;
using Millrace.Core;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Scoring;

/// <summary>
/// recommender.json: one object, written and read as a stream of tokens, since it may hold millions of numbers.
/// <code>
/// { "format": "millrace-recommender/1", "popularityWeight": 2,
///   "items": [ids in order], "popularity": [by item], "users": [ids in order], "seen": [[item numbers, newest first] by user],
///   "weights": [[of the first so many seen] by user],                       item_knn only, as are
///   "neighbours": [[item numbers, best first] by item], "similarities": [[the same] by item] }
/// </code>
/// The same model gives the same bytes.
/// </summary>
internal static class RecommenderFile
{
    private const string Format = "millrace-recommender/1";

    public static void Write(Stream stream, RecommenderModel model)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Json.Options.Encoder });
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteNumber("popularityWeight", model.PopularityWeight);
        Ids(json, "items", model.Items);
        json.WriteStartArray("popularity");
        Numbers(json, model.Popularity);
        Ids(json, "users", model.Users);
        Rows(json, "seen", model.Seen, Numbers);
        if (model is { Weights: not null, Neighbours: not null, Similarities: not null })
        {
            Rows(json, "weights", model.Weights, Numbers);
            Rows(json, "neighbours", model.Neighbours, Numbers);
            Rows(json, "similarities", model.Similarities, Numbers);
        }
        json.WriteEndObject();
    }

    public static RecommenderModel Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return new Reading().Read(utf8);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw PackageReader.Broken(ModelFolder.Recommender, e.Message);
        }
    }

    private static void Ids(Utf8JsonWriter json, string name, Value[] ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
        {
            if (id.Kind == ValueKind.String)
            {
                json.WriteStringValue(id.AsString);
            }
            else
            {
                json.WriteNumberValue(id.AsInt64);
            }
        }
        json.WriteEndArray();
    }

    private static void Rows<T>(Utf8JsonWriter json, string name, T[][] rows, Action<Utf8JsonWriter, T[]> write)
    {
        json.WriteStartArray(name);
        foreach (var row in rows)
        {
            json.WriteStartArray();
            write(json, row);
        }
        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, int[] numbers)
    {
        foreach (var n in numbers)
        {
            json.WriteNumberValue(n);
        }
        json.WriteEndArray();
    }

    private static void Numbers(Utf8JsonWriter json, float[] numbers)
    {
        foreach (var n in numbers)
        {
            json.WriteNumberValue(n);
        }
        json.WriteEndArray();
    }

    private ref struct Reading
    {
        private Utf8JsonReader json;
        private string? format;
        private double popularityWeight;
        private Value[]? items;
        private float[]? popularity;
        private Value[]? users;
        private int[][]? seen;
        private float[][]? weights;
        private int[][]? neighbours;
        private float[][]? similarities;

        public RecommenderModel Read(ReadOnlySpan<byte> utf8)
        {
            json = new Utf8JsonReader(utf8);
            Expect(JsonTokenType.StartObject);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                Property(json.GetString());
            }
            if (json.TokenType != JsonTokenType.EndObject || json.Read())
            {
                throw new JsonException("It does not end where it should");
            }
            return Checked();
        }

        private void Property(string? name)
        {
            switch (name)
            {
                case "format":
                    json.Read();
                    format = json.GetString();
                    break;
                case "popularityWeight":
                    json.Read();
                    popularityWeight = json.GetDouble();
                    break;
                case "items":
                    items = List(Id);
                    break;
                case "popularity":
                    popularity = List(Single);
                    break;
                case "users":
                    users = List(Id);
                    break;
                case "seen":
                    seen = Table(Int);
                    break;
                case "weights":
                    weights = Table(Single);
                    break;
                case "neighbours":
                    neighbours = Table(Int);
                    break;
                case "similarities":
                    similarities = Table(Single);
                    break;
                default:
                    throw new JsonException($"It has an unknown part '{name}'");
            }
        }

        private readonly RecommenderModel Checked()
        {
            if (format is not Format)
            {
                throw new JsonException($"Its format is '{format}', and {Format} is the one that is known");
            }
            if (items is null || popularity is null || users is null || seen is null)
            {
                throw new JsonException("A part is missing");
            }
            var knn = neighbours is not null;
            if (
                popularity.Length != items.Length
                || seen.Length != users.Length
                || (weights is not null) != knn
                || (similarities is not null) != knn
                || !double.IsFinite(popularityWeight)
                || !Array.TrueForAll(popularity, float.IsFinite)
                || !AreItems(seen)
            )
            {
                throw new JsonException("Its parts do not fit each other");
            }
            if (
                knn
                && !(
                    neighbours!.Length == items.Length
                    && AreItems(neighbours)
                    && Fit(neighbours, similarities!, exact: true)
                )
            )
            {
                throw new JsonException("Its neighbours do not fit its items");
            }
            if (knn && !Fit(seen, weights!, exact: false))
            {
                throw new JsonException("Its weights do not fit its users");
            }
            return new RecommenderModel(
                items,
                popularity,
                users,
                seen,
                weights,
                neighbours,
                similarities,
                popularityWeight
            );
        }

        private readonly bool AreItems(int[][] rows)
        {
            var count = items!.Length;
            return Array.TrueForAll(rows, row => Array.TrueForAll(row, i => i >= 0 && i < count));
        }

        private static bool Fit(int[][] rows, float[][] numbers, bool exact)
        {
            if (rows.Length != numbers.Length)
            {
                return false;
            }
            for (var i = 0; i < rows.Length; i++)
            {
                if (
                    (exact ? numbers[i].Length != rows[i].Length : numbers[i].Length > rows[i].Length)
                    || !Array.TrueForAll(numbers[i], float.IsFinite)
                )
                {
                    return false;
                }
            }
            return true;
        }

        private delegate T ReadOne<out T>(ref Utf8JsonReader json);

        private T[] List<T>(ReadOne<T> one)
        {
            Expect(JsonTokenType.StartArray);
            return Rest(one);
        }

        private T[] Rest<T>(ReadOne<T> one)
        {
            var list = new List<T>();
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                list.Add(one(ref json));
            }
            return [.. list];
        }

        private T[][] Table<T>(ReadOne<T> one)
        {
            Expect(JsonTokenType.StartArray);
            var rows = new List<T[]>();
            while (json.Read() && json.TokenType == JsonTokenType.StartArray)
            {
                rows.Add(Rest(one));
            }
            return json.TokenType == JsonTokenType.EndArray
                ? [.. rows]
                : throw new JsonException("A list of lists was expected");
        }

        private void Expect(JsonTokenType type)
        {
            if (!json.Read() || json.TokenType != type)
            {
                throw new JsonException($"{type} was expected");
            }
        }

        private static Value Id(ref Utf8JsonReader json) =>
            json.TokenType == JsonTokenType.String ? Value.Of(json.GetString()!) : Value.Of(json.GetInt64());

        private static float Single(ref Utf8JsonReader json) => json.GetSingle();

        private static int Int(ref Utf8JsonReader json) => json.GetInt32();
    }
}
