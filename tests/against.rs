//! Two scenarios compared on the same luck.

use serde_json::Value;
use tests::{ScenarioFile, meltdeck, root};

#[test]
fn what_differs_is_told_with_its_interval_and_what_does_not_as_such() {
    let file = root().join("scenarios/openshift-estimate.toml");
    let two = root().join("scenarios/openshift-estimate-two-at-once.toml");
    let (one, two) = (file.to_str().unwrap(), two.to_str().unwrap());
    let told = meltdeck(["rehearse", one, "--against", two, "--runs", "40"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    insta::assert_snapshot!("against", told.out);
    let same = meltdeck(["rehearse", one, "--against", one, "--runs", "40"]).out;
    let said = same.matches("no difference at this sample size").count();
    assert_eq!(said, 2, "{same}");
    for line in told.out.lines().chain(same.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn a_scenario_is_compared_with_itself_under_another_engine() {
    let text = "[[pools]]\nname = \"p\"\nmachines = 6\nhardware = \"vm\"\n[[steps]]\nat = \"+1m\"\ndo = \"apply\"\npool = \"p\"\n";
    let file = ScenarioFile::new("engines", text);
    let path = file.path().to_str().unwrap();
    let args = [
        "rehearse",
        path,
        "--against",
        path,
        "--runs",
        "60",
        "-o",
        "json",
    ];
    let told = |threads: &str| {
        let more = ["--against-behaves-like", "kured", "--threads", threads];
        let said = meltdeck([&args[..], &more].concat());
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        said.out
    };
    assert_eq!(told("1"), told("3"));
    let comparison: Value = serde_json::from_str(&told("2")).unwrap();
    assert_eq!(
        (&comparison["runs"], &comparison["seed"]),
        (&60.into(), &1.into())
    );
    assert_eq!(comparison["finished"]["both"], 60);
    let alone = meltdeck(["rehearse", path, "--runs", "60", "-o", "json"]);
    let alone: Value = serde_json::from_str(&alone.out).unwrap();
    assert_eq!(
        comparison["scenario"]["duration_s"]["p90"],
        alone["duration_s"]["p90"]
    );
    assert_eq!(comparison["later_s"]["pairs"], 60);
    assert!(comparison["later_s"]["interval"]["low"].is_number());
}
