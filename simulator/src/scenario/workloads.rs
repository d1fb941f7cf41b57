//! `[[workloads]]`: what runs on the machines.

use super::Scenario;
use super::budgets::{Terms, terms};
use super::feasible::{MOST_PODS, machines_of, pods_of};
use super::labels::labels;
use super::objects::{Taken, namespace, unique_name};
use super::pod_times::times;
use super::pool::{cluster, pool_named};
use super::problem::Problems;
use super::quantities::requests;
use super::section::{Item, Section};
use super::starts_on::starts_on;
use super::values::{LARGEST_COUNT, bounded, flag, list, word};
use super::workload::{Budget, Kind, Placement, Topology, Workload};

const KINDS: [(&str, Kind); 5] = [
    (Kind::Deployment.as_str(), Kind::Deployment),
    (Kind::StatefulSet.as_str(), Kind::StatefulSet),
    (Kind::DaemonSet.as_str(), Kind::DaemonSet),
    (Kind::Bare.as_str(), Kind::Bare),
    (Kind::Static.as_str(), Kind::Static),
];

const ONE_EACH: &str = "one of its pods is on each machine that it may run on";
const LEFT_ALONE: &str = "a drain leaves its pods alone";

/// A key, the kinds that it means nothing for, and why.
type Senseless = (&'static str, fn(Kind) -> bool, &'static str);

const SENSELESS: [Senseless; 9] = [
    ("replicas", Kind::is_per_machine, ONE_EACH),
    ("spread", Kind::is_per_machine, ONE_EACH),
    ("anti_affinity", Kind::is_per_machine, ONE_EACH),
    ("starts_on", Kind::is_per_machine, ONE_EACH),
    ("empty_dir", Kind::is_per_machine, LEFT_ALONE),
    (
        "critical",
        Kind::is_per_machine,
        "how long its pods take to end is part of their machine's stop",
    ),
    ("budget", Kind::is_per_machine, LEFT_ALONE),
    (
        "local_volume",
        |kind| !matches!(kind, Kind::Deployment | Kind::StatefulSet),
        "its pods are not made again on another machine",
    ),
    (
        "volume_detach",
        |kind| kind != Kind::StatefulSet,
        "only a stateful-set waits for the volume of a pod that has gone",
    ),
];

/// How the schedulers of the clusters choose.
pub(super) fn placement(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Placement> {
    let words = [
        ("least-requested", Placement::LeastRequested),
        ("uniform", Placement::Uniform),
        ("prefer-updated", Placement::PreferUpdated),
    ];
    word(&words)(item, problems)
}

/// The workloads of the scenario, and the budgets that they bring along. `are_pools_clean`: no problem was found in the
/// pools, so that a workload without a machine is a problem of its own.
pub(super) fn workloads(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    are_pools_clean: bool,
) -> (Vec<Workload>, Vec<Budget>) {
    let (mut workloads, mut budgets) = (Vec::new(), Vec::new());
    let mut taken = Taken::new();
    let mut pods = 0;
    for mut table in section.tables("workloads", problems) {
        let before = problems.len();
        let read = workload(&mut table, problems, scenario, &mut taken);
        let (path, offset) = (table.path().to_owned(), table.offset());
        table.finish(problems);
        let Some((workload, terms)) = read else {
            continue;
        };
        if are_pools_clean && problems.len() == before {
            match machines_of(&workload, &scenario.pools) {
                Ok(machines) => pods += pods_of(&workload, machines),
                Err(why) => problems.add(offset, format!("{path}: {why}")),
            }
            if pods > MOST_PODS {
                let why = format!("with it there are {pods} pods, allowed: {MOST_PODS}");
                problems.add(offset, format!("{path}: {why}"));
            }
        }
        budgets.extend(terms.map(|terms| Budget {
            namespace: workload.namespace.clone(),
            name: workload.name.clone(),
            cluster: workload.cluster,
            workloads: vec![workloads.len()],
            limit: terms.limit,
            unhealthy: terms.unhealthy,
        }));
        workloads.push(workload);
    }
    (workloads, budgets)
}

/// A workload, with the terms of a budget of its own. One of which something cannot be read stays, so that what refers
/// to it is not called a problem too.
fn workload(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    taken: &mut Taken,
) -> Option<(Workload, Option<Terms>)> {
    let before = problems.len();
    let namespace = namespace(table, problems);
    let pools = table.get("pools", problems, |item, problems| {
        list(item, problems, "name of a pool", |item, problems| {
            pool_named(item, problems, scenario)
        })
    });
    let cluster = cluster_of(table, problems, scenario, pools.as_deref());
    let name = table.need("name", problems, |item, problems| {
        unique_name(item, problems, (cluster, &namespace), taken)
    });
    let named_kind = table.get("kind", problems, word(&KINDS));
    let is_kind_known = named_kind.is_some() || table.item("kind").is_none();
    let kind = named_kind.unwrap_or(Kind::Deployment);
    let replicas = table.get("replicas", problems, bounded(0, LARGEST_COUNT));
    let selector = table.get("selector", problems, labels);
    let topologies = [("machine", Topology::Machine), ("zone", Topology::Zone)];
    let spread = table.get("spread", problems, word(&topologies));
    let anti_affinity = table.get("anti_affinity", problems, word(&topologies));
    let local_volume = table.get("local_volume", problems, flag);
    let empty_dir = table.get("empty_dir", problems, flag);
    let is_critical = table.get("critical", problems, flag);
    let times = times(table, problems);
    let mut workload = Workload {
        namespace,
        name: String::new(),
        cluster: cluster.unwrap_or_default(),
        kind,
        replicas: if kind.is_per_machine() {
            0
        } else {
            replicas.unwrap_or(1)
        },
        requests: requests(table, problems),
        pools,
        selector: selector.unwrap_or_default(),
        spread,
        anti_affinity,
        local_volume: local_volume.unwrap_or_default(),
        empty_dir: empty_dir.unwrap_or_default(),
        is_critical: is_critical.unwrap_or_default(),
        starts_on: Vec::new(),
        termination: times.termination,
        grace: times.grace,
        ignores_sigterm: times.ignores_sigterm,
        startup: times.startup,
        image_pull: times.image_pull,
        volume_detach: times.volume_detach,
        resync: times.resync,
        is_assumed: times.is_assumed,
    };
    let is_clean = problems.len() == before;
    let starts_on = table.get("starts_on", problems, |item, problems| {
        starts_on(item, problems, scenario, is_clean.then_some(&workload))
    });
    workload.starts_on = starts_on.unwrap_or_default();
    let terms = table.get("budget", problems, |item, problems| {
        let mut section = item.section(problems)?;
        let terms = terms(&mut section, problems, kind == Kind::Bare);
        section.finish(problems);
        terms
    });
    if is_kind_known {
        check_sense(table, problems, kind);
    }
    workload.name = name?;
    Some((workload, terms))
}

/// Notes keys of the table that mean nothing for its kind.
fn check_sense(table: &mut Section<'_, '_>, problems: &mut Problems<'_>, kind: Kind) {
    for (key, is_senseless, why) in SENSELESS {
        if is_senseless(kind)
            && let Some(item) = table.item(key)
        {
            let kind = kind.as_str();
            let why = format!("which kind = \"{kind}\" does not take: {why}");
            item.object(problems, &why);
        }
    }
}

/// The cluster that it names, or else that of its pools, or the only one.
fn cluster_of(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    pools: Option<&[usize]>,
) -> Option<usize> {
    let of = |pool: &usize| scenario.pools[*pool].cluster;
    let pools = pools.unwrap_or_default();
    let is_named = table.item("cluster").is_some();
    if let Some(first) = pools.first().map(of)
        && !is_named
        && pools.iter().all(|pool| of(pool) == first)
    {
        return Some(first);
    }
    let cluster = cluster(table, problems, &scenario.clusters)?;
    if let Some(item) = table.item("pools")
        && let Some(stranger) = pools.iter().find(|pool| of(pool) != cluster)
    {
        let pool = &scenario.pools[*stranger].name;
        let own = &scenario.clusters[of(stranger)].name;
        let why = format!("of which \"{pool}\" is of the cluster \"{own}\"");
        item.object(problems, &why);
    }
    Some(cluster)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;
    use crate::scenario::pod_times::assumed_startup;
    use crate::scenario::{Capacity, Limit, MachineRef, Quantity, Requests, UnhealthyPods};

    const POOLS: &str = r#"
        [[pools]]
        name = "w"
        machines = ["a", { name = "b", zone = "z", labels = { disk = "ssd" } }]
        labels = { disk = "hdd" }
        [[pools]]
        name = "x"
        machines = 2
        capacity = { cpu = 2, memory = "1Gi" }
    "#;

    fn read(workloads: &str) -> Result<Scenario, String> {
        Scenario::parse(&format!("{POOLS}{workloads}"), "f", "f").map_err(|error| error.to_string())
    }

    fn secs(seconds: u64) -> Span {
        Span::from_secs(seconds)
    }

    #[test]
    fn what_is_left_out_is_assumed() {
        let scenario = read("[[workloads]]\nname = \"web\"").unwrap();
        let web = &scenario.workloads[0];
        assert_eq!(
            (web.namespace.as_str(), web.name.as_str()),
            ("default", "web")
        );
        assert_eq!((web.kind, web.replicas), (Kind::Deployment, 1));
        assert_eq!((web.grace, web.ignores_sigterm), (secs(30), 0.1));
        assert_eq!(web.termination.quantile(0.5), secs(3));
        // A coefficient of variation of 1 makes the 84th percentile e^sqrt(ln 2) times the median.
        assert_eq!(
            web.termination.quantile(0.841_344_746),
            Span::from_millis(6898)
        );
        assert_eq!(web.startup, assumed_startup());
        assert_eq!(web.image_pull.as_fixed(), Some(Span::ZERO));
        assert!(web.is_assumed && web.pools.is_none() && web.starts_on.is_empty());
        assert_eq!(scenario.pools[0].capacity, Capacity::default());
    }

    #[test]
    fn who_says_how_pods_end_has_said_that_they_do() {
        let ignoring = |keys: &str| {
            let scenario = read(&format!("[[workloads]]\nname = \"web\"\n{keys}")).unwrap();
            let web = &scenario.workloads[0];
            (web.ignores_sigterm, web.is_assumed)
        };
        assert_eq!(ignoring("termination = \"5s\""), (0.0, true));
        assert_eq!(
            ignoring("termination = \"5s\"\nstartup = \"1s\""),
            (0.0, false)
        );
        assert_eq!(ignoring("ignores_sigterm = \"2%\""), (0.02, true));
    }

    #[test]
    fn a_workload_is_all_that_its_table_says() {
        let scenario = read(
            r#"
            [[workloads]]
            name = "db"
            namespace = "shop"
            kind = "stateful-set"
            replicas = 2
            cpu = "500m"
            memory = "512Mi"
            pools = ["w"]
            spread = "zone"
            anti_affinity = "machine"
            grace = "0s"
            volume_detach = "20s"
            empty_dir = true
            starts_on = ["b", "a"]
            budget = { max_unavailable = "30%", unhealthy_pod_eviction_policy = "AlwaysAllow" }
            "#,
        )
        .unwrap();
        let db = &scenario.workloads[0];
        let requests = Requests {
            cpu: 500,
            memory: 512 << 20,
        };
        assert_eq!(db.requests, requests);
        assert_eq!(db.pools, Some(vec![0]));
        assert_eq!(
            (db.spread, db.anti_affinity),
            (Some(Topology::Zone), Some(Topology::Machine))
        );
        assert_eq!(db.grace, Span::ZERO);
        assert_eq!(db.volume_detach.as_fixed(), Some(secs(20)));
        assert!(db.empty_dir && !db.local_volume);
        let on = |position| MachineRef { pool: 0, position };
        assert_eq!(db.starts_on, [on(1), on(0)]);
        let budget = &scenario.budgets[0];
        assert_eq!(
            (budget.namespace.as_str(), budget.name.as_str()),
            ("shop", "db")
        );
        assert_eq!(
            budget.limit,
            Limit::MaxUnavailable(Quantity::Share(300_000))
        );
        assert_eq!(budget.unhealthy, UnhealthyPods::AlwaysAllow);
        assert_eq!(budget.workloads, [0]);
    }

    #[test]
    fn a_machines_label_stands_for_that_of_its_pool() {
        let scenario =
            read("[[workloads]]\nname = \"web\"\nselector = { disk = \"ssd\" }").unwrap();
        let web = &scenario.workloads[0];
        let may = |pool, position| web.may_run_on(&scenario.pools, MachineRef { pool, position });
        assert_eq!([may(0, 0), may(0, 1), may(1, 0)], [false, true, false]);
    }

    #[test]
    fn what_cannot_run_is_refused() {
        let table = "[[workloads]]\nname = \"web\"\n";
        let wrong = [
            (
                "pools = [\"x\"]\ncpu = 2.001",
                "fits on no machine: a pod asks for 2001m",
            ),
            ("pools = [\"x\"]\nmemory = \"1025Mi\"", "fits on no machine"),
            ("selector = { disk = \"nvme\" }", "has no machine to run on"),
            (
                "selector = { arch = \"arm64\" }",
                "has no machine to run on",
            ),
            (
                "starts_on = [\"a\", \"b\"]",
                "of which it uses 1: it has no more replicas",
            ),
            (
                "replicas = 10_000_001",
                "allowed: a whole number from 0 to 10000000",
            ),
            (
                "replicas = 10_000_000\n[[workloads]]\nname = \"other\"",
                "workloads[1]: with it there are 10000001 pods, allowed: 10000000",
            ),
            (
                "replicas = 9_999_997\n[[workloads]]\nname = \"agent\"\nkind = \"daemon-set\"",
                "workloads[1]: with it there are 10000001 pods, allowed: 10000000",
            ),
            (
                "replicas = 3\nanti_affinity = \"machine\"\nstarts_on = [\"a\", \"b\"]",
                "share a machine",
            ),
        ];
        for (keys, why) in wrong {
            let said = read(&format!("{table}{keys}")).unwrap_err();
            assert!(
                said.contains(why) && said.lines().count() == 1,
                "{keys}: {said}"
            );
        }
        // What cannot be read is one problem, and nothing is concluded from what stands in for it.
        let said = read(&format!("{table}replicas = -1\nstarts_on = [\"a\", \"b\"]"));
        assert_eq!(said.unwrap_err().lines().count(), 1);
        let right = [
            "pools = [\"x\"]\ncpu = 2\nmemory = \"1Gi\"",
            "cpu = 64",
            "replicas = 0",
            "replicas = 3\nstarts_on = [\"a\", \"b\"]",
            "kind = \"daemon-set\"\ncpu = 4",
        ];
        for keys in right {
            read(&format!("{table}{keys}")).unwrap();
        }
    }
}
