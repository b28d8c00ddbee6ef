using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Core;

/// <summary>Writes ids and names of this project as the text (or number) that they wrap.</summary>
public sealed class ParsableJsonConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert is { IsValueType: true, Namespace: "Millrace.Core" }
        && Array.Exists(
            typeToConvert.GetInterfaces(),
            i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>)
        );

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert))!;

    private sealed class Of<T> : JsonConverter<T>
        where T : struct, IParsable<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            T.Parse(
                reader.TokenType == JsonTokenType.Number
                    ? reader.GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture)
                    : reader.GetString() ?? "",
                null
            );

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            if (value is VersionNumber number)
            {
                writer.WriteNumberValue(number.Value);
            }
            else
            {
                writer.WriteStringValue(value.ToString());
            }
        }

        public override T ReadAsPropertyName(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        ) => T.Parse(reader.GetString() ?? "", null);

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WritePropertyName(value.ToString() ?? "");
    }
}
