use super::*;
use crate::ingest::{Config, FILE_NAME};
use proptest::prelude::*;

const REST: &str = "name = \"a\"\nclasses = [\"x\", \"y\"]\n[columns]\nlabel = \"label\"\n\
                    [splits]\ndev = \"dev.csv\"\n";

fn load(more: &str) -> Result<Config, String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE_NAME), format!("{REST}{more}")).unwrap();
    Config::load(dir.path())
        .map_err(|e| e.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

#[test]
fn a_goal_is_read_from_the_project_file() {
    let config = load(
        "[goal]\noptimise = \"macro-f1\"\naccuracy = \">= 0.9\"\nlatency_ms = \"<= 5\"\ntop-3 = \"> 0.99\"\n\
         [goal.slices]\n\"capture=blurry\" = \"<= 0.15\"\n[cost]\nmachine_per_hour = 0.5\nvolume_per_day = 1000\n",
    )
    .unwrap();
    let goal = config.goal.unwrap();
    assert_eq!(goal.optimise, Metric::MacroF1);
    let thresholds: Vec<_> =
        goal.all().map(|(subject, bound)| format!("{subject:?} {bound}")).collect();
    assert_eq!(
        thresholds,
        [
            "Metric(Accuracy) >= 0.9",
            "Metric(TopK(3)) > 0.99",
            "Metric(Latency) <= 5",
            "Slice(\"capture=blurry\") <= 0.15"
        ]
    );
    let cost = config.cost.unwrap();
    assert_eq!((cost.machine_per_hour, cost.volume_per_day), (Some(0.5), Some(1000.0)));
    assert!(load("").unwrap().goal.is_none());
}

#[test]
fn what_is_wrong_is_refused_with_its_line_and_a_remedy() {
    for (text, line, words) in [
        (
            "[goal]\nacuracy = \">= 0.9\"\n",
            8,
            "unknown key `acuracy` in [goal]; there is: optimise",
        ),
        ("[goal]\n\naccuracy = 0.9\n", 9, "\">= 0.9\""),
        ("[goal]\naccuracy = \"0.9\"\n", 8, "no bound"),
        ("[goal]\naccuracy = \"<= 0.9\"\n", 8, "write \">= 0.9\""),
        ("[goal]\naccuracy = \">= 90\"\n", 8, "0 to 1"),
        ("[goal]\noptimise = \"speed\"\n", 8, "unknown metric `speed`"),
        ("[goal]\nerror = \"<= 0.1\"\n[goal.slices]\n\"a=b\" = \">= 0.1\"\n", 10, "better lower"),
        ("[goal.slices]\n\" \" = \"<= 0.1\"\n", 8, "a slice needs a filter"),
        ("[cost]\nmachine = 1\n", 8, "unknown field `machine`"),
        ("[cost]\ncurrency = \"EUR\"\nmachine_per_hour = -1\n", 9, "-1 is not"),
        ("[cost]\npeak_factor = 0.5\n", 8, "0.5 is not 1 or more"),
        ("[cost]\napi_per_1000 = nan\n", 8, "NaN is not"),
    ] {
        let error = load(text).unwrap_err();
        assert!(error.starts_with(&format!("gaffe.toml:{line}: ")), "{text}: {error}");
        assert!(error.contains(words), "{text}: {error}");
        assert!(error.lines().count() > 1, "no remedy: {error}");
    }
    assert!(
        load("[goal]\nmacro-f1 = \"> 0.5\"\nmacro_f1 = \"> 0.6\"\n")
            .unwrap_err()
            .contains("two bounds")
    );
}

fn bounded() -> impl Strategy<Value = (Metric, Bound)> {
    let names: Vec<Metric> = Metric::names().map(|name| name.parse().unwrap()).collect();
    let metric = prop_oneof![prop::sample::select(names), (1..50_u16).prop_map(Metric::TopK)];
    (metric, any::<bool>(), 0.0..=1.0_f64).prop_map(|(metric, strict, value)| {
        let sign = match (metric.is_better_higher(), strict) {
            (true, true) => ">",
            (true, false) => ">=",
            (false, true) => "<",
            (false, false) => "<=",
        };
        (metric, format!("{sign} {value}").parse().unwrap())
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        optimise in bounded(),
        thresholds in prop::collection::btree_map(bounded().prop_map(|b| b.0), Just(()), 0..6),
        bounds in prop::collection::vec(bounded(), 6),
        slices in prop::collection::btree_map("[a-z]{1,4}[=:<][a-zA-Z0-9 \"\\\\'.]{1,6}", 0.0..=1.0_f64, 0..4),
        prices in prop::collection::vec(prop::option::of(0.0..1e6_f64), 4),
    ) {
        let thresholds = thresholds.into_keys().zip(bounds).filter_map(|(metric, (_, bound))| {
            metric.accept(bound).ok().map(|()| (metric, bound))
        });
        let slice = |(text, value): (String, f64)| (text.trim().to_owned(), format!("<= {value}").parse().unwrap());
        let goal = Goal {
            optimise: optimise.0,
            thresholds: thresholds.collect(),
            slices: slices.into_iter().map(slice).collect(),
        };
        let cost = CostConfig {
            machine_per_hour: prices[0],
            api_per_1000: prices[1],
            volume_per_day: prices[2],
            peak_factor: prices[3].map(|x| 1.0 + x / 2.0),
            ..CostConfig::default()
        };
        let mut config = load("").unwrap();
        config.goal = Some(goal.clone());
        config.cost = Some(cost.clone());
        let text = config.to_toml().unwrap();
        let again: Config = toml::from_str(&text).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        prop_assert_eq!(again.goal, Some(goal));
        prop_assert_eq!(again.cost, Some(cost));
    }
}
