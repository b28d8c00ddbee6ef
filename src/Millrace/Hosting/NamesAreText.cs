using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Millrace.Core;

namespace Millrace.Hosting;

/// <summary>In OpenAPI, names and ids are the text that they are on the wire, and version numbers are numbers.</summary>
internal sealed class NamesAreText : IOpenApiSchemaTransformer
{
    public Task TransformAsync(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var type = context.JsonTypeInfo.Type;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type is { IsValueType: true, Namespace: "Millrace.Core" } && !type.IsEnum)
        {
            schema.Type = type == typeof(VersionNumber) ? JsonSchemaType.Integer : JsonSchemaType.String;
            schema.Properties = null;
            schema.Required = null;
        }

        return Task.CompletedTask;
    }
}
