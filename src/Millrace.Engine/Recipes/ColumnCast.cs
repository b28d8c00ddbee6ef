using Millrace.Core;
using Millrace.Engine.Declarations;
using Millrace.Engine.Recipes.Expressions;
using Millrace.Engine.Tables;

namespace Millrace.Engine.Recipes;

/// <summary>The cast step: a conversion of the expression language, cut to the smaller types that a column may have.</summary>
internal static class ColumnCast
{
    private const long DayMicroseconds = 86_400_000_000;

    /// <exception cref="DeclarationException">There is no such conversion, or the format does not fit it.</exception>
    public static Node Make(SlotColumn source, CastStep cast)
    {
        var node = Convert(source, cast);
        return cast.Type switch
        {
            ColumnType.Int32 => new MapNode<long, long>(
                (Node<long>)node,
                a => $"CAST(TRY_CAST({a} AS INTEGER) AS BIGINT)",
                TryNarrow
            ),
            ColumnType.Date => new MapNode<Moment, Moment>(
                (Node<Moment>)node,
                t => $"CAST(CAST({t} AS DATE) AS TIMESTAMP)",
                TryMidnight
            ),
            _ => node,
        };
    }

    private static Node Convert(SlotColumn source, CastStep cast)
    {
        var to = Kinds.Of(cast.Type);
        if (cast.Format is { } format)
        {
            return to == ValueKind.Timestamp
                ? TimestampConversion.Make(source.Node, format, cast.At)
                : throw new DeclarationException(
                    $"a format is for date and timestamp, not for {cast.Type.Word()}.",
                    cast.At
                );
        }

        var from = Kinds.Of(source.Type);
        if (Functions.Overloads(Kinds.Name(to)).Any(f => f.Parameters is [var only] && only == from))
        {
            return Nodes.Call(Kinds.Name(to), source.Node);
        }

        var remedy =
            to == ValueKind.Timestamp && from == ValueKind.Int64
                ? " Give it a format: epoch_s, epoch_ms or epoch_us."
                : "";
        throw new DeclarationException(
            $"'{source.Name}' is {source.Type.Word()} and cannot be cast to {cast.Type.Word()}.{remedy}",
            cast.At
        );
    }

    private static bool TryNarrow(long value, out long result)
    {
        result = value;
        return value == (int)value;
    }

    private static bool TryMidnight(Moment moment, out Moment midnight)
    {
        var sinceFirst = moment.Microseconds - Moment.Smallest;
        midnight = new Moment(moment.Microseconds - (sinceFirst % DayMicroseconds));
        return true;
    }
}
