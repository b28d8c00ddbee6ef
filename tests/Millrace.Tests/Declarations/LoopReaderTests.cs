using Millrace.Engine.Declarations;
using Millrace.Engine.Tables;
using Xunit;

namespace Millrace.Tests.Declarations;

public sealed class LoopReaderTests
{
    private const string Smallest = """
        loop: churn
        data:
          source: customers.csv
        model:
          task: classify
          target: left
          try: lightgbm
        """;

    private const string Whole = """
        loop: movie-night
        description: What should each viewer watch next?
        owner: personalisation
        tags: { domain: video }

        data:
          source: { files: ratings/*.csv.gz, delimiter: tab, skip_rows: 2 }
          event_time: timestamp
          contract:
            user_id:  { type: int64, required: true }
            movie_id: { type: int64, required: true }
            rating:   { type: int32, range: [0, 10] }
            note: string
          unique: [user_id, movie_id]
          recipe:
            - derive: { liked: rating >= 7 }
            - fill_missing: { note: "" , rating: 5 }
            - one_hot: { columns: [note], max_values: 3 }

        model:
          task: recommend
          user: user_id
          item: movie_id
          liked: liked
          try: [popularity, item_knn: { neighbours: 50 }]
          window: 30d
          split: { by: time, test: 10% }

        gates:
          - hit_rate@10 >= baseline
          - hit_rate@10 >= champion - 0.005

        deploy:
          endpoint: movie-night
          rollout: { canary: [5%, 25%], confidence: 99% }
          replicas: { min: 0, max: 4, target_concurrency: 16 }

        monitor:
          outcome: { item: movie_id, within: 7d }
          watch: hit_rate@10

        retrain:
          on: [harm, { every: 30d }]
          cooldown: 1d
        """;

    [Fact]
    public void The_smallest_loop_has_defaults_for_the_rest()
    {
        var loop = LoopReader.Read(Smallest);

        Assert.Equal("churn", loop.Data.Dataset.Value);
        Assert.Equal(["customers.csv"], loop.Data.Source.Files);
        Assert.Equal("lightgbm", Assert.Single(loop.Model.Try).Name);
        Assert.Equal(0.2, loop.Model.Split.Test);
        Assert.Null(loop.Deploy);
    }

    [Fact]
    public void What_counts_as_harm_is_the_loops_to_say_within_reason()
    {
        var on = "on: [{ harm: { tolerance: 2%, run_length: 3000 } }, { every: 30d }]";
        var loop = LoopReader.Read(Whole.Replace("on: [harm, { every: 30d }]", on, StringComparison.Ordinal));

        Assert.Equal((true, 0.02, 3000), (loop.Retrain!.OnHarm, loop.Retrain.Tolerance, loop.Retrain.RunLength));
        Assert.Null(LoopReader.Read(Whole).Retrain!.RunLength);
        var few = Whole.Replace("[harm,", "[{ harm: { run_length: 10 } },", StringComparison.Ordinal);
        var refused = Assert.Throws<DeclarationException>(() => LoopReader.Read(few));
        Assert.Contains("from 100 on", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_a_loop_can_say_is_read()
    {
        var loop = LoopReader.Read(Whole);

        Assert.Equal('\t', loop.Data.Source.Read.Delimiter);
        Assert.Equal((0, 10), (loop.Data.Contract.Columns[2].Min, loop.Data.Contract.Columns[2].Max));
        Assert.Equal(ColumnType.String, loop.Data.Contract.Columns[3].Type);
        Assert.Equal(["user_id", "movie_id"], loop.Data.Contract.Unique);
        Assert.Equal(
            [typeof(DeriveStep), typeof(FillMissingStep), typeof(FillMissingStep), typeof(OneHotStep)],
            loop.Data.Recipe.Select(step => step.GetType())
        );
        Assert.Equal("50", loop.Model.Try[1].Parameters["neighbours"]);
        Assert.Equal(TimeSpan.FromDays(30), loop.Model.Window);
        Assert.Equal((GateReference.Champion, -0.005), (loop.Gates[1].Against, loop.Gates[1].Offset));
        Assert.Equal([0.05, 0.25], loop.Deploy!.Rollout.Canary);
        Assert.Equal(0, loop.Deploy.Replicas.Min);
        Assert.Equal(("movie_id", TimeSpan.FromDays(7)), (loop.Monitor!.Outcome, loop.Monitor.Within));
        Assert.True(loop.Retrain!.OnHarm);
        Assert.Equal(TimeSpan.FromDays(30), loop.Retrain.Every);
    }

    [Fact]
    public void An_expression_knows_where_it_stands()
    {
        var step = Assert.IsType<DeriveStep>(LoopReader.Read(Whole).Data.Recipe[0]);

        Assert.Equal(new Position(16, 24), step.At);
    }

    [Theory]
    [InlineData("task: classify", "task: clasify", "loop.yaml:5:9: 'clasify' is no task. Did you mean 'classify'?")]
    [InlineData("target: left", "targt: left", "needs 'target'")]
    [InlineData("source: customers.csv", "sorce: customers.csv", "needs 'source'")]
    [InlineData("source: customers.csv", "source: \"\"", "'source' names files, folders or globs")]
    [InlineData("source: customers.csv", "source: { files: [a.csv, \" \"] }", "loop.yaml:3:20: 'files' names files")]
    [InlineData("source: customers.csv", "source: { files: a.csv, skip_rows: -1 }", "none is below 0")]
    [InlineData("try: lightgbm", "try: lightgbm\n  windw: 3d", "has no key 'windw'. Did you mean 'window'?")]
    [InlineData("try: lightgbm", "try: lightgbm\n  window: soon", "'window' is a duration")]
    [InlineData("try: lightgbm", "try: lightgbm\n  split: { test: 100% }", "leaves rows to learn from")]
    [InlineData("try: lightgbm", "try: lightgbm\ngates: [auc is good]", "'auc is good' is no gate")]
    [InlineData("loop: churn", "loop: Churn!", "is no loop name")]
    [InlineData("loop: churn", "loop: [churn", "This is not YAML")]
    [InlineData("  source: customers.csv", "\tsource: a.csv", "loop.yaml:3:1: A tab indents this line: use spaces.")]
    [InlineData("  try: lightgbm", "  \ttry: lightgbm", "loop.yaml:7:3: A tab indents this line: use spaces.")]
    [InlineData("  try: lightgbm", "  try:\n\t- lightgbm", "loop.yaml:8:1: A tab indents this line: use spaces.")]
    [InlineData(
        "source: customers.csv",
        "source: a.csv\n  recipe: [filtr: x > 1]",
        "There is no step 'filtr'. Did you mean 'filter'?"
    )]
    [InlineData(
        "source: customers.csv",
        "source: a.csv\n  contract: { age: { range: [9, 1] } }",
        "ends before it begins"
    )]
    [InlineData(
        "source: customers.csv",
        "source: a.csv\n  contract: { age: int64, unique: [age] }",
        "stands under data, beside contract and not in it"
    )]
    [InlineData(
        "source: customers.csv",
        "source: a.csv\n  contract: { age: { allowed: [] } }",
        "loop.yaml:4:31: Column 'age' may have no value"
    )]
    [InlineData(
        "source: customers.csv",
        "source: a.csv\n  contract: { age: { type: timestamp, format: \"%Q\" } }",
        "'%Q' has '%Q', which is no part of a moment"
    )]
    [InlineData(
        "source: customers.csv",
        "source: a.csv\n  contract: { age: [int64] }",
        "The rule of column 'age' is a mapping of keys to values here."
    )]
    public void A_mistake_is_refused_where_it_stands(string right, string wrong, string message)
    {
        var refusal = Assert.Throws<DeclarationException>(() =>
            LoopReader.Read(Smallest.Replace(right, wrong, StringComparison.Ordinal))
        );

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.At.IsKnown);
    }

    [Fact]
    public void What_is_no_expression_is_refused_before_any_data_is_seen()
    {
        var recipe =
            "source: a.csv\n  recipe:\n    - derive:\n        rich: |\n          price > 3\n          and price <";
        var refusal = Assert.Throws<DeclarationException>(() =>
            LoopReader.Read(Smallest.Replace("source: customers.csv", recipe, StringComparison.Ordinal))
        );

        Assert.StartsWith("loop.yaml:8:", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("the expression ends where", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_contract_is_read_from_a_loop_or_from_a_file_of_its_own()
    {
        var alone = LoopReader.ReadContract(
            """
            contract:
              user_id: { type: int64, required: true }
              movie_id: { type: int64, required: true }
              rating: { type: int32, range: [0, 10] }
              note: string
            unique: [user_id, movie_id]
            """
        );
        Assert.True(alone.IsSameAs(LoopReader.ReadContract(Whole)));
        Assert.Equal(4, alone.Columns.Count);
        var refused = Assert.Throws<DeclarationException>(() => LoopReader.ReadContract("contract: {}\nuniqe: [a]"));
        Assert.Contains("uniqe", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_declaration_means_does_not_depend_on_where_it_stands() =>
        Assert.Equal(
            DeclarationHash.Of(LoopReader.Read(Whole).Data),
            DeclarationHash.Of(LoopReader.Read("# moved\n\n" + Whole).Data)
        );

    [Fact]
    public void Another_recipe_has_another_hash() =>
        Assert.NotEqual(
            DeclarationHash.Of(LoopReader.Read(Whole).Data),
            DeclarationHash.Of(LoopReader.Read(Whole.Replace(">= 7", ">= 8", StringComparison.Ordinal)).Data),
            StringComparer.Ordinal
        );

    [Fact]
    public void Variables_are_replaced_and_may_have_defaults() =>
        Assert.Equal(
            "a: here b: there c: $5",
            LoopText.Substitute("a: ${A} b: ${B:-there} c: $$5", name => name is "A" ? "here" : null)
        );

    [Fact]
    public void A_variable_without_value_is_named_with_its_place() =>
        Assert.StartsWith(
            "loop.yaml:2:4: The variable HOME_OF_DATA is not set.",
            Assert.Throws<DeclarationException>(() => LoopText.Substitute("x\na: ${HOME_OF_DATA}", _ => null)).Message,
            StringComparison.Ordinal
        );
}
