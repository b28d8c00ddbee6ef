using System.Globalization;
using Millrace.Bench;

return args switch
{
    ["ingest", .. var rest] => await IngestBench.RunAsync(rest),
    ["serving", .. var rest] => await ServingBench.RunAsync(rest),
    ["autoscale-traces"] => await AutoscaleTracesBench.RunAsync(),
    ["autoscale"] => await AutoscaleBench.RunAsync(),
    ["startup"] => await StartupBench.RunAsync(),
    ["scoring"] => ScoringBench.Run(),
    ["training"] => await TrainingBench.RunAsync(),
    ["detectors"] => DetectorBench.Run(),
    ["backtest", var subject, .. var rest] => await BacktestBench.RunAsync(subject, rest),
    ["demo", "--ceiling", var seeds] => DemoCeiling.Run(int.Parse(seeds, CultureInfo.InvariantCulture)),
    ["demo", .. var rest] => await DemoBench.RunAsync(
        !rest.Contains("--no-shift"),
        rest is [.., var seeds] && int.TryParse(seeds, CultureInfo.InvariantCulture, out var many) ? many : 20
    ),
    ["recommend", var file] => RecommendBench.Run(file),
    ["echo"] => await EchoServer.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        Usage: Millrace.Bench ingest [--rows 20000000] [--repeat 3] [--write]
               Millrace.Bench serving [REPEAT [SECONDS]]
               Millrace.Bench autoscale
               Millrace.Bench autoscale-traces
               Millrace.Bench startup
               Millrace.Bench scoring
               Millrace.Bench training
               Millrace.Bench detectors
               Millrace.Bench backtest movie-night|item-knn|campaign|bikes|million [POLICIES]
               Millrace.Bench demo [--no-shift] [SEEDS]
               Millrace.Bench demo --ceiling SEEDS
               Millrace.Bench recommend RATINGS.csv.gz
        """
    );
    return 2;
}
