using Millrace.Engine.Tables;

namespace Millrace.Engine.Training.Recommend;

/// <summary>
/// Who had what, and how long ago: each pair of user and item once, at its newest. Twenty million pairs take 180 MB.
/// Users and items are numbered in the order of their ids, so that equal data gives equal numbers.
/// </summary>
/// <param name="Users">Ids by number.</param>
/// <param name="Items">Ids by number.</param>
/// <param name="Starts">Where each user's pairs begin; one more than users.</param>
/// <param name="ItemOf">The item of each pair; a user's newest pair first.</param>
/// <param name="Age">Seconds before the newest training row; 0 throughout where rows have no time.</param>
/// <param name="Liked">Whether the pair teaches what is liked; if not, it only says that the user has the item.</param>
internal sealed record Interactions(Value[] Users, Value[] Items, int[] Starts, int[] ItemOf, float[] Age, bool[] Liked)
{
    public int PairsOf(int user) => Starts[user + 1] - Starts[user];

    /// <summary>1 now, ½ after one half-life. No half-life: always 1.</summary>
    public static double Decay(double age, TimeSpan halfLife) =>
        halfLife > TimeSpan.Zero ? Math.Pow(2, -age / halfLife.TotalSeconds) : 1;

    /// <summary>For each item the number of users who liked it, every one counting by the age of his pair.</summary>
    public double[] Popularity(TimeSpan halfLife)
    {
        var popularity = new double[Items.Length];
        for (var i = 0; i < ItemOf.Length; i++)
        {
            if (Liked[i])
            {
                popularity[ItemOf[i]] += Decay(Age[i], halfLife);
            }
        }
        return popularity;
    }
}
