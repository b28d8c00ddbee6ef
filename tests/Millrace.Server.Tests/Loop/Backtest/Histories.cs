using System.Globalization;
using System.Text;

namespace Millrace.Server.Tests.Loop.Backtest;

/// <summary>Sixty days of a made-up past, and loops that could have lived through them.</summary>
internal static class Histories
{
    public const string Classify = """
        loop: marks
        data:
          source: { files: history.csv }
          event_time: at
          contract:
            at: { type: timestamp, required: true }
            y: { type: string, required: true }
        model:
          task: classify
          target: y
          positive: "yes"
          try: [{ lightgbm: { num_iterations: 20, num_threads: 1, validation: 0 } }]
          window: 14d
          metric: accuracy
        """;

    public const string Regress = """
        loop: numbers
        data:
          source: { files: history.csv }
        model:
          task: regress
          target: y
          try: [{ lightgbm: { num_iterations: 60, learning_rate: 0.2, num_threads: 1, validation: 0 } }]
          split: { by: order }
          metric: mae
        """;

    /// <summary>Everybody likes one of the same few films, and from some day on one of others.</summary>
    public static (string Yaml, string Csv) Viewers(int? shiftAt)
    {
        var csv = new StringBuilder("at,user,item\n");
        var random = new Random(11);
        for (var day = 0; day < 60; day++)
        {
            for (var i = 0; i < 60; i++)
            {
                var item = random.Next(100) < 60 ? random.Next(8) : 100 + random.Next(400);
                csv.Append(
                    CultureInfo.InvariantCulture,
                    $"{Date(day)}T{i / 3:00}:00:00,{(day * 60) + i},{(day >= shiftAt ? item + 1000 : item)}\n"
                );
            }
        }

        return (
            """
            loop: viewers
            data:
              source: { files: history.csv }
              event_time: at
              contract:
                at: { type: timestamp, required: true }
                user: { type: int64, required: true }
                item: { type: int64, required: true }
            model:
              task: recommend
              user: user
              item: item
              try: [{ popularity: { half_life: 3d } }]
              window: 14d
              metric: hit_rate@10
            gates: [hit_rate@10 >= baseline - 0.05]
            deploy: { endpoint: viewers }
            monitor:
              outcome: { item: item }
              outcome_delay: 1s
            retrain:
              on: [harm]
              cooldown: 1d
            """,
            csv.ToString()
        );
    }

    public static string Date(int day) =>
        new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc)
            .AddDays(day)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
