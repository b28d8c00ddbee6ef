using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes.Expressions;

/// <summary>Moments from texts and numbers by a format that the declaration names.</summary>
internal static class TimestampConversion
{
    /// <exception cref="DeclarationException">The format is none, or does not fit the type of the value.</exception>
    public static Node Make(Node value, string format, Position at)
    {
        if (TimestampFormat.EpochUnit(format) is { } unit)
        {
            return value.Kind switch
            {
                ValueKind.Int64 => FromEpoch((Node<long>)value, unit),
                ValueKind.String => FromEpoch((Node<long>)Nodes.Call("int64", value), unit),
                _ => throw new DeclarationException(
                    $"{format} is for integers and texts of digits, not for {Kinds.Name(value.Kind)}; convert with int64(x) first.",
                    at
                ),
            };
        }

        if (value is not Node<string> text)
        {
            throw new DeclarationException(
                $"the pattern '{format}' is for texts; a number means a moment by epoch_s, epoch_ms or epoch_us.",
                at
            );
        }

        var pattern = TimestampFormat.TryCreate(format, out var problem) ?? throw new DeclarationException(problem, at);
        return new MapNode<string, Moment>(text, pattern.ToSql, pattern.TryParse);
    }

    private static MapNode<long, Moment> FromEpoch(Node<long> value, long unit) =>
        new(
            value,
            sql => TimestampFormat.EpochSql(sql, unit),
            (long a, out Moment moment) => TimestampFormat.TryEpoch(a, unit, out moment)
        );
}
