using System.Globalization;

namespace Millrace.Demo;

/// <summary>
/// A seeded simulator of a video service: viewers with latent tastes, films with genres and ages, a daily rhythm, new releases,
/// and one night on which tastes shift. It knows nothing of the recommender that learns from it, nor of what watches that.
/// </summary>
internal sealed class VideoService
{
    private const int Genres = 8;
    private const int ReleasesADay = 2;

    /// <summary>After so many days a film's licence ends: as many go as come, so that choosing is as hard at the end as at the start.</summary>
    private const int Licence = 250;

    /// <summary>The chance that a viewer leaves on a day; another comes in his place, so that what people have seen already does not pile up.</summary>
    private const double Leaving = 0.01;

    /// <summary>How many films a viewer comes across by himself before he chooses.</summary>
    private const int Browsed = 300;

    /// <summary>How fast a release loses its pull: after this many days it is down to a third.</summary>
    private const double Freshness = 12;

    /// <summary>Each genre is liked this much as much as the one that is next above it in fashion.</summary>
    private const double Decline = 0.5;

    public static readonly DateTimeOffset FirstDay = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Views an hour, midnight to midnight: few by night, most after supper.</summary>
    private static readonly double[] Rhythm =
    [
        2,
        1,
        1,
        1,
        1,
        1,
        2,
        3,
        3,
        3,
        3,
        4,
        5,
        4,
        4,
        4,
        5,
        7,
        10,
        14,
        15,
        12,
        8,
        4,
    ];

    private readonly Random random;
    private readonly List<Film> films = [];
    private readonly List<Viewer> viewers = [];

    /// <summary>How much everybody likes each genre at the time.</summary>
    private readonly double[] fashion;
    private long released;
    private int joined;

    public VideoService(int viewerCount, int seed)
    {
        random = new Random(seed);
        for (var i = 0; i < Licence * ReleasesADay; i++)
        {
            Release(i / ReleasesADay - Licence);
        }

        // What everybody likes is as decided at every seed, only of other genres.
        fashion = [.. Enumerable.Range(0, Genres).Select(g => Math.Pow(Decline, g) * (1 - Decline))];
        random.Shuffle(fashion);
        for (var i = 0; i < viewerCount; i++)
        {
            viewers.Add(Join());
        }
    }

    /// <summary>Someone sits down to watch something.</summary>
    /// <param name="At">When.</param>
    /// <param name="Viewer">His id.</param>
    /// <param name="Seat">Which of those who are subscribers at the time he is.</param>
    internal readonly record struct Visit(DateTimeOffset At, int Viewer, int Seat);

    /// <summary>What he watched, and what he thought of it.</summary>
    internal readonly record struct View(long Film, int Rating);

    /// <summary>Days go by without a recommender, and every view is written down: user_id,movie_id,rating,timestamp.</summary>
    public long Write(TextWriter csv, int days)
    {
        csv.WriteLine("user_id,movie_id,rating,timestamp");
        long rows = 0;
        for (var day = 0; day < days; day++)
        {
            foreach (var visit in Visits(day))
            {
                if (Watch(visit, day) is { } view)
                {
                    csv.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{visit.Viewer},{view.Film},{view.Rating},{visit.At.ToUnixTimeSeconds()}"
                        )
                    );
                    rows++;
                }
            }
        }

        return rows;
    }

    /// <summary>
    /// A day begins: films are released and others go, viewers leave and others come, and they decide when they will sit down. Call
    /// it once for each day, in order.
    /// </summary>
    public IReadOnlyList<Visit> Visits(int day)
    {
        for (var i = 0; i < ReleasesADay; i++)
        {
            Release(day);
        }

        films.RemoveAll(f => f.Day < day - Licence);
        var visits = new List<Visit>();
        for (var seat = 0; seat < viewers.Count; seat++)
        {
            if (random.NextDouble() < Leaving)
            {
                viewers[seat] = Join();
            }

            if (random.NextDouble() < viewers[seat].Activity)
            {
                var at = FirstDay.AddDays(day).AddHours(Draw(Rhythm)).AddSeconds(random.Next(3600));
                visits.Add(new(at, viewers[seat].Id, seat));
            }
        }

        visits.Sort((a, b) => a.At.CompareTo(b.At));
        return visits;
    }

    /// <summary>
    /// A viewer looks through what he comes across and takes what pulls most: taste, freshness, quality and chance. What he is
    /// recommended does not sway him, so that what is measured is whether he is known, not whether he is persuaded. Null where
    /// he has seen all of it.
    /// </summary>
    public View? Watch(Visit visit, int day)
    {
        var viewer = viewers[visit.Seat];
        Film? best = null;
        var bestPull = double.NegativeInfinity;
        for (var i = 0; i < Browsed; i++)
        {
            var film = films[random.Next(films.Count)];
            if (viewer.Seen.Contains(film.Id))
            {
                continue;
            }

            var pull = Pull(viewer, film, day) + Gumbel();
            if (pull > bestPull)
            {
                (best, bestPull) = (film, pull);
            }
        }

        if (best is null)
        {
            return null;
        }

        viewer.Seen.Add(best.Id);
        return new(best.Id, Rate(viewer, best));
    }

    /// <summary>What a viewer can still watch, first what pulls him most: by who knows everything but chance.</summary>
    public IEnumerable<long> Unseen(Visit visit, int day)
    {
        var viewer = viewers[visit.Seat];
        return films
            .Where(f => !viewer.Seen.Contains(f.Id))
            .OrderByDescending(f => Pull(viewer, f, day))
            .Select(f => f.Id);
    }

    /// <summary>
    /// Overnight the genres change places in everyone's favour, as they did in the spring of 2020. Tastes are as decided after it
    /// as before, so that a recommender which knows the new ones can be as right as it was.
    /// </summary>
    public void ShiftTastes()
    {
        var places = Enumerable.Range(0, Genres).ToArray();
        random.Shuffle(places);
        foreach (var taste in viewers.Select(v => v.Taste).Append(fashion))
        {
            var before = taste.ToArray();
            for (var i = 0; i < Genres; i++)
            {
                // Around one ring: no genre keeps its place.
                taste[places[i]] = before[places[(i + 1) % Genres]];
            }
        }
    }

    private Viewer Join()
    {
        // A third of what a viewer likes is his own, the rest is what everybody likes at the time.
        double[] taste = [.. Mix(sharpness: 5).Zip(fashion, (own, common) => (own + (2 * common)) / 3)];
        return new(1000 + joined++, taste, 0.01 + (0.12 * random.NextDouble() * random.NextDouble()), []);
    }

    private int Rate(Viewer viewer, Film film) =>
        (int)Math.Clamp(Math.Round(3.5 + (8 * Fit(viewer, film)) + film.Quality + (1.2 * Gumbel())), 0, 10);

    private static double Pull(Viewer viewer, Film film, int day) =>
        (16 * Fit(viewer, film)) + Math.Exp((film.Day - day) / Freshness) + film.Quality;

    private static double Fit(Viewer viewer, Film film)
    {
        var fit = 0.0;
        for (var g = 0; g < Genres; g++)
        {
            fit += viewer.Taste[g] * film.Genres[g];
        }

        return fit;
    }

    private void Release(int day)
    {
        films.Add(new(5000 + released++, day, Mix(sharpness: 4), random.NextDouble() - 0.5));
    }

    /// <summary>A point on the simplex; the sharper, the nearer to a corner.</summary>
    private double[] Mix(double sharpness)
    {
        var mix = new double[Genres];
        for (var g = 0; g < Genres; g++)
        {
            mix[g] = Math.Exp(sharpness * (random.NextDouble() - 0.5) * 2);
        }

        var sum = mix.Sum();
        return [.. mix.Select(m => m / sum)];
    }

    private int Draw(double[] weights)
    {
        var left = random.NextDouble() * weights.Sum();
        for (var i = 0; i < weights.Length - 1; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return i;
            }
        }

        return weights.Length - 1;
    }

    /// <summary>The noise under which taking the best is choosing by softmax (Gumbel-max).</summary>
    private double Gumbel() => -Math.Log(-Math.Log(random.NextDouble() + 1e-12));

    private sealed record Film(long Id, int Day, double[] Genres, double Quality);

    private sealed record Viewer(int Id, double[] Taste, double Activity, HashSet<long> Seen);
}
