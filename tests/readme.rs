//! What README says is so.

use tests::{ScenarioFile, meltdeck, root};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The code blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    readme()
        .split(&fence)
        .skip(1)
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_two_commands_stand_at_the_top() {
    assert_eq!(
        blocks("console")[0],
        "cargo run --release\ncargo test --workspace\n"
    );
    let ci = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.lines().any(|line| line == "cargo test --workspace"));
}

#[test]
fn every_command_shown_works() {
    let shown = blocks("console")[1].clone();
    let commands: Vec<_> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("$ meltdeck "))
        .collect();
    assert_eq!(commands.len(), 6);
    for command in commands {
        let words = command.split('#').next().unwrap().split_whitespace();
        let args: Vec<String> = words
            .map(|word| {
                let file = root().join(word);
                if file.is_file() {
                    file.display().to_string()
                } else {
                    word.to_owned()
                }
            })
            .collect();
        let said = meltdeck(args);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{command}");
        assert!(!said.out.is_empty(), "{command}");
    }
}

#[test]
fn every_scenario_shown_is_valid() {
    let blocks = blocks("toml");
    let scenarios: Vec<_> = blocks
        .iter()
        .filter(|block| block.contains("[[pools]]"))
        .collect();
    assert_eq!(scenarios.len(), 2);
    for scenario in scenarios {
        let file = ScenarioFile::new("readme", scenario);
        let said = meltdeck(["validate".as_ref(), file.path().as_os_str()]);
        assert_eq!((said.code, said.err), (0, String::new()), "{scenario}");
    }
}

#[test]
fn every_form_of_a_duration_is_valid() {
    let blocks = blocks("toml");
    let forms = blocks
        .iter()
        .find(|block| !block.contains("[[pools]]"))
        .unwrap();
    assert_eq!(forms.lines().count(), 7);
    for form in forms.lines() {
        let text = format!(
            "[hardware.h]\n{form}\n[[pools]]\nname = \"p\"\nmachines = 1\nhardware = \"h\"\n"
        );
        let file = ScenarioFile::new("form", &text);
        let said = meltdeck(["validate".as_ref(), file.path().as_os_str()]);
        assert_eq!((said.code, said.err), (0, String::new()), "{form}");
    }
}

#[test]
fn every_file_that_it_names_exists() {
    let readme = readme();
    let quoted = readme.split('`').skip(1).step_by(2);
    let files: Vec<_> = quoted
        .filter(|name| {
            let extension = std::path::Path::new(name).extension();
            extension.is_some_and(|extension| extension == "rs" || extension == "toml")
        })
        .collect();
    assert!(files.len() > 8);
    for name in files {
        let places = [root().join(name), root().join("simulator/src").join(name)];
        assert!(places.iter().any(|place| place.exists()), "{name}");
    }
}

/// The rows of the table below a heading: their first cells, without their quotes.
fn table(heading: &str) -> Vec<String> {
    let readme = readme();
    let section = readme
        .split(heading)
        .nth(1)
        .unwrap()
        .split("\n#")
        .next()
        .unwrap()
        .to_owned();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.split('|').nth(1).unwrap().trim().to_owned())
        .collect()
}

/// Whether a value has a field at a path such as `duration_s.p50`.
fn has(value: &serde_json::Value, path: &str) -> bool {
    path.split('.')
        .try_fold(value, |value, key| value.get(key))
        .is_some()
}

#[test]
fn the_fields_of_a_forecast_are_those_of_the_table() {
    let file = root().join("scenarios/monthly-image.toml");
    let said = meltdeck([
        "rehearse",
        file.to_str().unwrap(),
        "--runs",
        "20",
        "-o",
        "json",
    ]);
    let forecast: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let mut told = Vec::new();
    for cell in table("### The JSON of a forecast") {
        let mut before = String::new();
        for name in cell.split('`').skip(1).step_by(2) {
            // `.p90` beside `duration_s.p50` means `duration_s.p90`.
            let path = match name.strip_prefix('.') {
                Some(last) => format!("{}.{last}", before.rsplit_once('.').unwrap().0),
                None => name.replace("NAME", "workers"),
            };
            assert!(has(&forecast, &path), "{path}");
            told.push(path.split('.').next().unwrap().to_owned());
            before = path;
        }
    }
    for field in forecast
        .as_object()
        .unwrap()
        .keys()
        .filter(|field| *field != "schema_version")
    {
        assert!(told.contains(field), "README does not tell of {field}");
    }
}

/// A scenario in which all but everything happens that a log tells of.
const EVERY_KIND: &str = r#"
        [hardware.h]
        like = "vm"
        hangs = { os = "30%" }
        [[pools]]
        name = "p"
        machines = 9
        hardware = "h"
        retries = 2
        halt_after = "never"
        on_boot_timeout = "power-cycle"
        slot_ttl = "20m"
        drain_timeout = "10s"
        on_drain_timeout = "force"
        surge = 1
        capacity = { pods = 2 }
        [[pools]]
        name = "q"
        machines = 2
        [[pools]]
        name = "r"
        machines = 1
        hardware = "r"
        [hardware.r]
        stop = "3h"
        [images]
        dates = ["+7d", "+170h", "+171h", "+200h"]
        pools = ["r", "p"]
        apply = "autonomous"
        mode = "pool-after-pool"
        canary = "r"
        [[faults]]
        machine = "r-1"
        phase = "stop"
        occurrence = 3
        do = "fail"
        [[machines]]
        name = "m"
        status = "ready_unassigned"
        [[machines]]
        name = "rack"
        [[steps]]
        at = "+1s"
        do = "set-version"
        cluster = "cluster"
        version = "1.34.0"
        [[steps]]
        at = "+1s"
        do = "set-image"
        pool = "s"
        image = "1.34.0-melt.1"
        apply = false
        [[steps]]
        at = "+1s"
        do = "set-labels"
        machine = "m"
        labels = { disk = "ssd" }
        apply = false
        [[steps]]
        at = "+2s"
        do = "set-labels"
        machine = "m"
        labels = { disk = "ssd" }
        [[steps]]
        at = "+10m"
        do = "set-hostname"
        machine = "m"
        hostname = "m-2"
        [[steps]]
        at = "+20m"
        do = "set-network-profile"
        machine = "m"
        network_profile = "bond"
        [[steps]]
        at = "+30m"
        do = "assign"
        machine = "m"
        pool = "s"
        [[steps]]
        at = "+40m"
        do = "force-remove"
        machine = "m"
        [[steps]]
        at = "+1h"
        do = "delete"
        machine = "m"
        [[steps]]
        at = "+1s"
        do = "register"
        machine = "rack"
        [[steps]]
        at = "+2s"
        do = "assign"
        machine = "rack"
        pool = "s"
        [[steps]]
        at = "+3s"
        do = "enroll"
        machine = "rack"
        [[pools]]
        name = "s"
        machines = 2
        [[windows]]
        pool = "s"
        opens = "Mon 01:00"
        for = "1m"
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "s"
        [[workloads]]
        name = "web"
        pools = ["p"]
        replicas = 18
        budget = { max_unavailable = 1 }
        [[workloads]]
        name = "bare"
        kind = "bare"
        starts_on = ["q-1"]
        [[workloads]]
        name = "two"
        starts_on = ["q-2"]
        [[budgets]]
        name = "a"
        workloads = ["two"]
        max_unavailable = 1
        [[budgets]]
        name = "b"
        workloads = ["two"]
        max_unavailable = 1
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        revision = 2
        [[steps]]
        at = "+1m"
        do = "pause"
        pool = "p"
        [[steps]]
        at = "+2m"
        do = "resume"
        pool = "p"
        [[steps]]
        at = "+3m"
        do = "drain"
        machine = "q-1"
        [[steps]]
        at = "+3m"
        do = "drain"
        machine = "q-2"
        [[steps]]
        at = "+4m"
        do = "power-loss"
        machine = "p-9"
        [[steps]]
        at = "+40m"
        do = "power-on"
        machine = "p-9"
        [[faults]]
        pool = "s"
        do = "roll-back"
        [[steps]]
        at = "+10s"
        do = "crash"
        machine = "q-1"
        [[steps]]
        at = "+20m"
        do = "repair"
        machine = "q-1"
        [[steps]]
        at = "+10s"
        do = "power-loss"
        machine = "t-1"
        [[steps]]
        at = "+10s"
        do = "power-loss"
        machine = "t-2"
        [[steps]]
        at = "+10s"
        do = "power-loss"
        machine = "t-3"
        [[steps]]
        at = "+1h"
        do = "apply"
        pool = "u"
        [[pools]]
        name = "t"
        machines = 4
        zones = ["t"]
        [[pools]]
        name = "u"
        machines = 1
        shutdown_grace = "30s"
        drain_timeout = "1s"
        on_drain_timeout = "proceed"
        [[workloads]]
        name = "spread"
        pools = ["t"]
        replicas = 8
        [[workloads]]
        name = "held"
        pools = ["u"]
        budget = { max_unavailable = 0 }
        [[steps]]
        at = "+0s"
        do = "hold"
        machine = "s-1"
        [[steps]]
        at = "+0s"
        do = "exclude"
        machine = "s-2"
        [[gates]]
        name = "g"
        pool = "p"
        red = [{ from = "+1m", for = "1m" }]
        [[hands]]
        pool = "p"
        reacts = "1h"
        takes = "1h"
        [[owners]]
        pool = "p"
        reacts = "1h"
    "#;

#[test]
fn the_kinds_of_a_replays_lines_are_those_of_the_list() {
    let file = ScenarioFile::new("kinds", EVERY_KIND);
    let said = meltdeck(["replay", file.path().to_str().unwrap(), "-o", "json"]);
    let kinds: std::collections::BTreeSet<String> = said
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["kind"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let readme = readme();
    let section = readme
        .split("### The JSON lines of a replay")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    assert!(kinds.len() > 31, "{kinds:?}");
    for kind in kinds {
        assert!(
            section.contains(&format!("`{kind}`")),
            "README does not tell of {kind}"
        );
    }
}
