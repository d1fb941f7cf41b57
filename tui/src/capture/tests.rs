//! Whatever fleet is told: its capture is a scenario. And what it says of what no scenario can hold.

use appliance::{
    Cluster, ClusterId, ControlPlaneStatus, Label, Machine, MachineId, MachinePool, MachinePoolId,
    MachinePoolStatus, Revision, Scheduling, Text, public,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use simulator::scenario::model::Model;

use super::*;

fn about() -> About {
    About {
        context: "prod".to_owned(),
        endpoint: "https://nest.example".to_owned(),
        organization: "0b9a7c1e-0000-4000-8000-00000000000f".to_owned(),
        model: None,
        at: Timestamp::from_second(1_795_723_200)
            .unwrap()
            .to_zoned(TimeZone::UTC),
    }
}

fn cluster(id: i64, name: &str, version: &str) -> Cluster {
    Cluster {
        id: ClusterId(id),
        name: name.into(),
        control_plane_status: ControlPlaneStatus::Ready,
        user_version: "1.33".into(),
        patch_version: version.into(),
    }
}

fn pool(id: i64, name: &str, cluster: i64, revision: Option<u32>) -> MachinePool {
    MachinePool {
        id: MachinePoolId(id),
        name: name.into(),
        user_version: "1.33".into(),
        patch_version: "1.33.4".into(),
        status: MachinePoolStatus::Ready,
        cluster_id: ClusterId(cluster),
        revision,
    }
}

fn machine(id: i64, name: &str, pool: Option<i64>, status: &str) -> Machine {
    let public = public::Machine {
        id: MachineId(id),
        uuid: format!("00000000-0000-4000-8000-{id:012}").into(),
        name: None,
        status: Text::from(status).into(),
        machine_pool_id: pool.map(MachinePoolId),
        labels: Vec::new(),
        machine_revision: None,
        desired_machine_revision: None,
    };
    Machine {
        name: name.into(),
        ..public.into()
    }
}

fn captured(told: &Told) -> Captured {
    capture(told, &Model::default(), &about(), &Rollouts::Usual).unwrap()
}

#[test]
fn what_no_scenario_can_hold_is_said() {
    let told = Told {
        clusters: vec![cluster(1, "west", "1.33.4"), cluster(2, "east", "next")],
        pools: vec![
            pool(1, "workers", 1, Some(7)),
            pool(2, "workers", 2, None),
            pool(3, "empty", 1, Some(1)),
            pool(4, "lost", 9, Some(1)),
        ],
        machines: vec![
            Machine {
                labels: vec![
                    Label {
                        key: "topology.kubernetes.io/zone".into(),
                        value: "a".into(),
                    },
                    Label {
                        key: "not a label".into(),
                        value: "x".into(),
                    },
                ],
                scheduling: Some(Scheduling::ByHand),
                held: Some(true),
                machine_revision: Some(6),
                ..machine(1, "w-1", Some(1), "ready")
            },
            machine(2, "w-1", Some(1), "unreachable"),
            machine(3, "", Some(2), "updating"),
            machine(4, "w\u{1b}[31m", Some(2), "hibernating"),
            machine(5, "spare", None, "ready_unassigned"),
            machine(6, "workers", Some(1), "preregistered"),
            machine(7, "new", Some(3), "preregistered"),
            machine(8, "lost-1", Some(77), "ready"),
        ],
        revisions: Some(vec![Revision {
            machine_pool_id: MachinePoolId(1),
            number: 9,
            machines: 0,
            is_pending: true,
            components: Vec::new(),
        }]),
        ..Told::default()
    };
    let captured = captured(&told);
    insta::assert_snapshot!("what-no-scenario-can-hold", captured.text);
    let again = Scenario::parse(&captured.text, "f", "capture").unwrap();
    assert_eq!(again, captured.scenario);
}

#[test]
fn a_model_says_what_is_rolled_out_and_runs() {
    let told = Told {
        clusters: vec![cluster(1, "west", "1.33.4")],
        pools: vec![pool(1, "workers", 1, Some(7)), pool(2, "gpu", 1, Some(2))],
        machines: vec![
            machine(1, "w-1", Some(1), "unreachable"),
            machine(2, "g-1", Some(2), "ready"),
        ],
        ..Told::default()
    };
    let model = Model::new(
        "[pool_defaults]\nhardware = \"server\"\n[[steps]]\nat = \"+1h\"\ndo = \"apply\"\npool = \"gpu\"\n",
        "m.toml",
    );
    let captured = capture(&told, &model, &about(), &Rollouts::Usual).unwrap();
    let scenario = &captured.scenario;
    assert!(scenario.pools.iter().all(|pool| pool.hardware == "server"));
    let verbs: Vec<_> = scenario.steps.iter().map(|step| step.what.verb()).collect();
    // Who is down is down whatever the model rolls out.
    assert_eq!(verbs, ["power-loss", "apply"]);
    let wrong = Model::new("[pool_defaults]\nhardwar = 1\n", "m.toml");
    let Err(Uncaptured::Model(error)) = capture(&told, &wrong, &about(), &Rollouts::Usual) else {
        panic!("a wrong model is refused");
    };
    assert!(
        error
            .to_string()
            .starts_with("m.toml:2:1: pools[0].hardwar: unknown key")
    );
}

#[test]
fn what_is_rolled_out_is_said_and_can_be_asked_for() {
    let saved = |pool, number| Revision {
        machine_pool_id: MachinePoolId(pool),
        number,
        machines: 0,
        is_pending: true,
        components: Vec::new(),
    };
    let told = |revisions| Told {
        clusters: vec![cluster(1, "west", "1.33.4")],
        pools: vec![
            pool(1, "a", 1, Some(7)),
            pool(2, "b", 1, Some(2)),
            pool(3, "c", 1, Some(2)),
        ],
        machines: (1..=3)
            .map(|id| machine(id, &format!("m-{id}"), Some(id), "ready"))
            .collect(),
        revisions: Some(revisions),
        ..Told::default()
    };
    let images = "horizon = \"60d\"\n[images]\nfirst = \"+10d\"\nevery = \"30d\"\n";
    for (revisions, model, says) in [
        (vec![], "", "a new revision in every pool"),
        (
            vec![saved(1, 9), saved(1, 8)],
            "",
            "the saved revision 9 of a, and a new one in the 2 other pools",
        ),
        (
            vec![saved(1, 9), saved(3, 5)],
            "",
            "the saved revision 9 of a, 5 of c, and a new one in the other pool",
        ),
        (
            vec![],
            images,
            "a new revision in every pool, and the images of the model as they come",
        ),
    ] {
        let model = Model::new(model, "m.toml");
        let captured = capture(&told(revisions), &model, &about(), &Rollouts::Usual);
        assert_eq!(captured.unwrap().rolls_out, says);
    }
    let step = "[[steps]]\nat = \"+1h\"\ndo = \"apply\"\npool = \"b\"\n";
    let model = Model::new(step, "m.toml");
    // One that was applied before, and of which nobody tells any more: and nothing else, whatever the model says.
    let these = Rollouts::These(vec![(MachinePoolId(3), 1)]);
    let captured = capture(&told(vec![saved(1, 9)]), &model, &about(), &these).unwrap();
    assert_eq!(captured.rolls_out, "that alone");
    assert_eq!(captured.scenario.steps.len(), 1);
    assert!(captured.text.contains("pool = \"c\"\nrevision = 1"));
    let these = Rollouts::These(vec![(MachinePoolId(4), 1)]);
    let Err(Uncaptured::Rollout(why)) = capture(&told(vec![]), &model, &about(), &these) else {
        panic!("there is no such pool");
    };
    assert!(why.contains("no pool 4"), "{why}");
}

#[test]
fn what_moves_a_forecast_most_is_said_in_a_few_words() {
    let told = Told {
        clusters: vec![cluster(1, "west", "1.33.4")],
        pools: vec![pool(1, "a", 1, Some(7))],
        machines: (1..=4)
            .map(|id| {
                let status = if id < 3 { "unreachable" } else { "ready" };
                machine(id, &format!("m-{id}"), Some(1), status)
            })
            .collect(),
        ..Told::default()
    };
    let above_all = |told: &Told, model: &str| {
        let model = Model::new(model, "m.toml");
        let captured = capture(told, &model, &about(), &Rollouts::Usual);
        captured.unwrap().notes.above_all.join("; ")
    };
    assert_eq!(
        above_all(&told, ""),
        "2 machines stay down; built-in times of vm; one machine at a time; no workloads; no windows"
    );
    let one = Told {
        machines: told.machines[1..].to_vec(),
        ..told
    };
    let model = "[pool_defaults]\nhardware = \"h\"\nmax_unavailable = 2\n[hardware.h]\nupdate = \"5m\"\n[[windows]]\nopens = \"Sat 22:00\"\nfor = \"6h\"\n";
    assert_eq!(
        above_all(&one, model),
        "m-2 stays down; order, halting and retries; no workloads"
    );
}

#[test]
fn without_a_machine_there_is_nothing_to_rehearse() {
    let told = Told {
        clusters: vec![cluster(1, "west", "1.33.4")],
        pools: vec![pool(1, "workers", 1, Some(7))],
        machines: vec![machine(1, "m", None, "ready_unassigned")],
        ..Told::default()
    };
    let nothing = capture(&told, &Model::default(), &about(), &Rollouts::Usual);
    assert!(matches!(nothing, Err(Uncaptured::Empty)));
}

/// Names that people, programs and mistakes make; often the same ones.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ab]-[12]",
        1 => "[a-c]",
        1 => "[ab]-surge-[12]",
        1 => Just("machine-1".to_owned()),
        1 => Just("pool-1".to_owned()),
        1 => any::<String>(),
        1 => Just("x".repeat(300)),
        1 => Just(String::new()),
    ]
}

prop_compose! {
    fn any_machine()(
        id in 0i64..1000, name in name(), pool in proptest::option::weighted(0.9, 0i64..5),
        status in prop_oneof![
            4 => Just("ready"), 1 => Just("unreachable"), 1 => Just("preregistered"),
            1 => Just("updating"), 1 => Just("force_unassigned"), 1 => Just("quiet"),
        ],
        labels in proptest::collection::vec((name(), name()), 0..3),
        zone in proptest::option::of(name()), by_hand in any::<bool>(), held in any::<Option<bool>>(),
        revision in any::<Option<u32>>(), uuid in proptest::option::of("[0-9]{3}"),
    ) -> Machine {
        let zone = zone.map(|zone| ("topology.kubernetes.io/zone".to_owned(), zone));
        let labels = labels.into_iter().chain(zone);
        let mut machine = machine(id, &name, pool, status);
        machine.labels = labels.map(|(key, value)| Label { key: key.into(), value: value.into() }).collect();
        machine.scheduling = by_hand.then_some(Scheduling::ByHand);
        machine.held = held;
        machine.machine_revision = revision;
        if let Some(uuid) = uuid {
            machine.uuid = uuid.into();
        }
        machine
    }
}

prop_compose! {
    fn any_pool()(
        id in 0i64..5, name in name(), cluster in 0i64..3, revision in any::<Option<u32>>(),
        version in prop_oneof![Just("1.33.4"), Just("1.99.0"), Just("1.33"), Just("x")],
    ) -> MachinePool {
        MachinePool { patch_version: version.into(), ..pool(id, &name, cluster, revision) }
    }
}

prop_compose! {
    fn any_fleet()(
        clusters in proptest::collection::vec((0i64..3, name(), "1.3[0-9](.[0-9])?"), 0..3),
        pools in proptest::collection::vec(any_pool(), 0..5),
        machines in proptest::collection::vec(any_machine(), 0..12),
        pending in proptest::collection::vec((0i64..5, any::<u32>(), any::<bool>()), 0..4),
    ) -> Told {
        Told {
            clusters: clusters.iter().map(|(id, name, version)| cluster(*id, name, version)).collect(),
            pools,
            machines,
            revisions: Some(pending.into_iter().map(|(pool, number, is_pending)| Revision {
                machine_pool_id: MachinePoolId(pool), number, machines: 0, is_pending, components: Vec::new(),
            }).collect()),
            ..Told::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_capture_of_any_fleet_is_a_scenario(told in any_fleet()) {
        match capture(&told, &Model::default(), &about(), &Rollouts::Usual) {
            Ok(captured) => {
                prop_assert!(!captured.scenario.steps.is_empty());
                prop_assert!(captured.text.lines().all(|line| !line.contains('\r')));
            }
            Err(Uncaptured::Empty) => {}
            Err(Uncaptured::Model(error)) => prop_assert!(false, "{error}"),
            Err(Uncaptured::Rollout(why)) => prop_assert!(false, "{why}"),
        }
    }
}
