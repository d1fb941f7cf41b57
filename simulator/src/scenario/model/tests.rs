//! What a model says where, and what is told of one that is wrong.

use super::*;
use crate::engine::Span;

const FLEET: &str = r#"
starts = "2026-11-26T20:00:00Z"
[[clusters]]
name = "west"
version = "1.33.4"
[[clusters]]
name = "east"
version = "1.34.1"
[[pools]]
name = "workers"
cluster = "west"
version = "1.33.4"
machines = ["w-1", { name = "w-2", cordoned = true, labels = { disk = "ssd" } }]
[[pools]]
name = "gpu"
cluster = "west"
machines = ["g-1", "g-2", "g-3"]
[[pools]]
name = "edge"
cluster = "east"
machines = ["e-1"]
[[steps]]
at = "+0s"
do = "apply"
pool = "workers"
"#;

fn join(model: &str) -> Result<Joined, String> {
    let joined = Model::new(model, "m.toml").join(FLEET);
    joined.map_err(|error| error.to_string())
}

#[test]
fn a_model_that_says_nothing_leaves_the_fleet_as_it_is() {
    let joined = Model::default().join(FLEET).unwrap();
    let mut expected = Scenario::parse(FLEET, "f", "model").unwrap();
    expected.text = joined.text.as_str().into();
    expected.hash.clone_from(&joined.scenario.hash);
    assert_eq!(joined.scenario, expected);
}

#[test]
fn its_steps_can_be_passed_over() {
    let step = "[pool_defaults]\nhardware = \"server\"\n[[steps]]\nat = \"+1h\"\ndo = \"apply\"\npool = \"gpu\"\n";
    let model = Model::new(step, "m.toml");
    assert!(model.says("steps"));
    assert_eq!(model.join(FLEET).unwrap().scenario.steps.len(), 2);
    let model = model.without_steps();
    assert!(!model.says("steps") && model.says("pool_defaults"));
    let scenario = model.join(FLEET).unwrap().scenario;
    assert_eq!(scenario.steps.len(), 1);
    assert_eq!(scenario.pools[0].hardware, "server");
}

#[test]
fn what_is_said_of_some_stands_over_what_is_said_of_all() {
    let joined = join(
        r#"
        horizon = "3d"
        [cluster_defaults]
        link = "1Gbit/s"
        [[cluster_overrides]]
        cluster = "east"
        link = "10Mbit/s"
        [pool_defaults]
        hardware = "server"
        max_unavailable = 1
        [pool_defaults.labels]
        site = "zrh"
        [[pool_overrides]]
        cluster = "west"
        max_unavailable = 2
        [[pool_overrides]]
        pool = "gpu"
        hardware = "gpu"
        [hardware.gpu]
        update = "7m"
        [[windows]]
        pools = ["gpu"]
        opens = "Sat 22:00"
        for = "4h"
        "#,
    );
    let joined = joined.unwrap();
    let pools = &joined.scenario.pools;
    let told: Vec<_> = pools
        .iter()
        .map(|pool| {
            (
                pool.name.as_str(),
                pool.hardware.as_str(),
                pool.policy.max_unavailable.of(9, false),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("workers", "server", 2),
            ("gpu", "gpu", 2),
            ("edge", "server", 1)
        ]
    );
    assert!(pools.iter().all(|pool| pool.labels["site"] == "zrh"));
    let links: Vec<_> = joined
        .scenario
        .clusters
        .iter()
        .map(|cluster| cluster.link)
        .collect();
    assert_eq!(links, [Some(125_000_000), Some(1_250_000)]);
    assert_eq!(joined.scenario.horizon, Some(Span::from_secs(3 * 86_400)));
    assert_eq!(
        (joined.scenario.windows.len(), joined.scenario.steps.len()),
        (1, 1)
    );
}

#[test]
fn what_both_say_is_the_models() {
    let joined = join(
        "starts = \"2026-01-05T00:00Z\"\n[[steps]]\nat = \"+1h\"\ndo = \"apply\"\npool = \"gpu\"\n",
    );
    let scenario = joined.unwrap().scenario;
    assert_eq!(
        scenario.calendar.starts().to_string(),
        "2026-01-05T00:00:00+00:00[UTC]"
    );
    // Steps are those of both.
    assert_eq!(scenario.steps.len(), 2);
}

#[test]
fn the_text_is_the_same_scenario() {
    let joined = join(
        "horizon = \"90d\"\nseed = 0x2A\n[hardware.\"a b\"]\nos = { triangular = { min = \"1m\", mode = \"2m\", max = \"5m\" } }\nfirmware = \"10s\"\nstop = \"5s\"\njoin = \"5s\"\n[pool_defaults]\nhardware = \"a b\"\n[images]\nfirst = \"2026-12-01T03:00\"\nevery = \"4 weeks\"\n[[budgets]]\nname = \"b\"\ncluster = \"west\"\nworkloads = [\"db\"]\nmin_available = \"50%\"\n[[workloads]]\nname = \"db\"\ncluster = \"west\"\nreplicas = 2\n",
    );
    let joined = joined.unwrap();
    let again = Scenario::parse(&joined.text, "f", "model").unwrap();
    assert_eq!(again, joined.scenario);
}

#[test]
fn everything_wrong_is_told_once_and_at_its_place_in_the_model() {
    let told = join(
        r#"organization = "0b9a7c1e-0000-4000-8000-00000000000f"
pool_default = 1
[pool_defaults]
hardware = "serve"
max_unavailable = 0
version = "1.33.4"
[[pool_overrides]]
pool = "worker"
[[pool_overrides]]
max_unavailable = 2
[[cluster_overrides]]
cluster = "nord"
[[windows]]
pools = ["gpus"]
opens = "Sat 22:00"
for = "4h"
[[pools]]
name = "mine"
"#,
    );
    insta::assert_snapshot!(told.unwrap_err(), @r#"
    m.toml:1:1: organization: the appliance tells it, so that it stands in no model
    m.toml:2:1: pool_default: unknown key, allowed: cluster_defaults, cluster_overrides, pool_defaults, pool_overrides, starts, horizon, runs, seed, organization, clusters, hardware, behaves_like, pools, placement, workloads, budgets, windows, exclusions, gates, hands, owners, images, machines, steps, faults, expect, bad_revisions; did you mean "pool_defaults"?
    m.toml:4:12: pools[0].hardware: found "serve", allowed: "edge", "raspberry-pi", "server" or "vm"; did you mean "server"?
    m.toml:5:19: pools[0].max_unavailable: found 0, allowed: a count of at least 1, or a percentage above 0%; 0 only beside a surge of at least 1
    m.toml:6:1: pool_defaults.version: the appliance tells it, so that it stands in no model
    m.toml:8:8: pool_overrides[0].pool: found "worker", allowed: the name of a pool that the appliance tells; did you mean "workers"?
    m.toml:9:1: pool_overrides[1].pool: missing; allowed: pool, cluster, or both
    m.toml:12:11: cluster_overrides[0].cluster: found "nord", allowed: the name of a cluster that the appliance tells
    m.toml:14:10: windows[0].pools[0]: found "gpus", allowed: "workers", "gpu" or "edge"; did you mean "gpu"?
    m.toml:17:3: pools: the appliance tells it, so that it stands in no model
    "#);
    let torn = join("[pool_defaults\n").unwrap_err();
    assert!(torn.starts_with("m.toml:1:15: "), "{torn}");
}

#[test]
fn a_model_is_checked_without_a_fleet_on_all_that_it_names() {
    let check = |text: &str| {
        let checked = Model::new(text, "m.toml").check();
        checked.map_err(|error| error.to_string())
    };
    assert_eq!(check(""), Ok(()));
    let right = r#"
        [pool_defaults]
        max_unavailable = 10
        [[pool_overrides]]
        pool = "gpu"
        cluster = "east"
        max_unavailable = 1
        [[workloads]]
        name = "db"
        cluster = "west"
        pools = ["workers"]
        replicas = 3
        anti_affinity = "machine"
        starts_on = ["workers-1", "w-2", "workers-3"]
        [[faults]]
        machine = "gpu-1"
        phase = "os"
        do = "hang"
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "gpu"
        [[steps]]
        at = "+1h"
        do = "set-labels"
        machines = ["gpu", "w-2"]
        labels = { a = "b" }
        "#;
    assert_eq!(check(right), Ok(()));
    assert_eq!(
        check("[pool_defaults]\nmax_unavailabel = 1\n")
            .unwrap_err()
            .lines()
            .count(),
        1
    );
}
