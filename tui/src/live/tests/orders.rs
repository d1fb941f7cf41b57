//! Orders and operations of an appliance that has the public API alone.

use appliance::{
    ClusterId, Error, ErrorKind, Label, MachineId, MachinePoolId, Operation, OperationId,
    OperationStatus, Reply, Request, public,
};

use super::super::documented::Documented;
use super::super::journal::{Journal, Target};
use super::{Fleet, Folder, console, noon};

const FLEET: &str = r#"
    [hardware.h]
    update = "1m"
    [[clusters]]
    name = "prod"
    version = "1.34.2"
    [[pools]]
    name = "w"
    cluster = "prod"
    version = "1.33.4"
    machines = 2
    hardware = "h"
    [[machines]]
    name = "spare"
    status = "ready_unassigned"
"#;

const W1: MachineId = MachineId(1);
const SPARE: MachineId = MachineId(3);
const POOL: MachinePoolId = MachinePoolId(1);

fn operations(console: &Documented, fleet: &Fleet) -> Vec<Operation> {
    match console.answer(fleet, &Request::ListOperations) {
        Ok(Reply::Operations(operations)) => operations,
        other => panic!("{other:?}"),
    }
}

fn refusal(console: &Documented, fleet: &Fleet, request: &Request) -> Error {
    console.answer(fleet, request).unwrap_err()
}

#[test]
fn an_order_is_one_call_and_its_operation_is_listed_until_and_after_its_end() {
    let (console, fleet) = (console(), Fleet::new(FLEET));
    assert_eq!(operations(&console, &fleet), []);
    let order = Request::SetHostname {
        machine: W1,
        hostname: "renamed".into(),
        apply: true,
    };
    fleet.asked();
    let reply = console.answer(&fleet, &order).unwrap();
    let calls = fleet.asked();
    assert!(
        matches!(&calls[..], [public::Request::UpdateMachine { machine, .. }] if *machine == W1),
        "{calls:?}"
    );
    let Reply::Operation(started) = reply else {
        panic!("{reply:?}");
    };
    assert_eq!(started.action, "set-hostname");
    assert_eq!((started.machine_id, &started.rollout), (Some(W1), &None));
    let listed = operations(&console, &fleet);
    assert_eq!(listed.len(), 1);
    assert!(!listed[0].status.is_final());
    let orders = console.orders().unwrap();
    let target = Target::new("machine", 1, Some("w-1".into()));
    assert_eq!(orders[0].target, target);
    assert_eq!(orders[0].at, "2026-11-26T12:00:00Z");
    fleet.finish();
    let listed = operations(&console, &fleet);
    assert_eq!(listed[0].status, OperationStatus::Succeeded);
    fleet.asked();
    assert_eq!(operations(&console, &fleet), listed);
    assert_eq!(fleet.asked(), [], "an end is final");
}

#[test]
fn every_order_with_a_documented_form_is_carried_out() {
    let (console, fleet) = (console(), Fleet::new(FLEET));
    let label = Label {
        key: "disk".into(),
        value: "ssd".into(),
    };
    let orders = [
        Request::SetLabels {
            machine: W1,
            labels: vec![label.clone()],
            apply: true,
        },
        Request::AssignMachine {
            machine: SPARE,
            pool: POOL,
        },
        Request::SetPoolVersion {
            pool: POOL,
            version: "1.34".into(),
            apply: true,
        },
    ];
    for order in orders {
        let reply = console.answer(&fleet, &order);
        assert!(matches!(reply, Ok(Reply::Operation(_))), "{reply:?}");
        fleet.finish();
    }
    let listed = operations(&console, &fleet);
    let verbs: Vec<&str> = listed.iter().map(|told| told.action.as_str()).collect();
    assert_eq!(verbs, ["set-labels", "assign", "set-version"]);
    assert_eq!(console.orders().unwrap()[2].target.to_string(), "pool w");
    let reply = console.answer(&fleet, &Request::ListMachines).unwrap();
    let Reply::Machines(machines) = reply else {
        panic!("{reply:?}");
    };
    assert_eq!(machines[0].labels, [label]);
    assert_eq!(machines[2].machine_pool_id, Some(POOL));
    let cluster = ClusterId(1);
    let version = "1.35".into();
    let moved = console.answer(
        &fleet,
        &Request::SetControlPlaneVersion { cluster, version },
    );
    assert!(
        matches!(&moved, Ok(Reply::ChangedCluster(cluster)) if cluster.name == "prod"),
        "{moved:?}"
    );
}

#[test]
fn a_machine_is_registered_and_deleted_as_it_was() {
    let (console, fleet) = (console(), Fleet::new(FLEET));
    let uuid = "4c4c4544-0042-3510-8051-b4c04f4e3332";
    let register = Request::RegisterMachine {
        uuid: uuid.into(),
        hostname: None,
        pool: None,
        labels: None,
    };
    let reply = console.answer(&fleet, &register).unwrap();
    let Reply::ChangedMachine(made) = reply else {
        panic!("{reply:?}");
    };
    assert_eq!(made.name, uuid, "it has no name, and is called by its UUID");
    let machine = made.id;
    let reply = console.answer(&fleet, &Request::DeleteMachine { machine });
    assert_eq!(reply, Ok(Reply::ChangedMachine(made)));
    let gone = refusal(&console, &fleet, &Request::GetMachine { machine });
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    let used = Request::DeleteMachine { machine: W1 };
    assert_eq!(refusal(&console, &fleet, &used).kind(), ErrorKind::Conflict);
    assert_eq!(operations(&console, &fleet), []);
}

#[test]
fn what_the_public_api_cannot_do_is_refused_before_anything_is_sent() {
    let (console, fleet) = (console(), Fleet::new(FLEET));
    let operation = OperationId(1);
    for (request, why) in [
        (
            Request::SetHostname {
                machine: W1,
                hostname: "x".into(),
                apply: false,
            },
            "applies every change at once and saves none",
        ),
        (Request::ListRevisions, "does not tell its revisions"),
        (Request::RetryOperation { operation }, "does not retry"),
        (Request::PauseClock, "real time"),
        (Request::HoldMachine { machine: W1 }, "hold"),
        (Request::UnassignMachine { machine: W1 }, "out of its pool"),
        (
            Request::SetPoolVersion {
                pool: POOL,
                version: "1.34.2".into(),
                apply: true,
            },
            "chooses the patch",
        ),
    ] {
        let error = refusal(&console, &fleet, &request);
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{request:?}");
        assert!(error.to_string().contains(why), "{error}");
    }
    assert_eq!(fleet.asked(), []);
}

#[test]
fn network_profiles_are_named_as_far_as_the_appliance_knows_names() {
    let (console, fleet) = (console(), Fleet::new(FLEET));
    for name in ["bond", "wide"] {
        let new = public::NewNetworkProfile::named(name.into());
        let request = public::Request::CreateNetworkProfile { new };
        console.answer(&fleet, &request.into()).unwrap();
    }
    let set = |network_profile: &str| Request::SetPoolNetworkProfile {
        pool: POOL,
        network_profile: Some(network_profile.into()),
        apply: true,
    };
    let unknown = refusal(&console, &fleet, &set("none"));
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
    // By its name, and by its number.
    for profile in ["wide", "1"] {
        let reply = console.answer(&fleet, &set(profile));
        assert!(matches!(reply, Ok(Reply::Operation(_))), "{reply:?}");
        fleet.finish();
    }
    let own = Request::SetMachineNetworkProfile {
        machine: W1,
        network_profile: "wide".into(),
        apply: true,
    };
    let reply = console.answer(&fleet, &own);
    assert!(matches!(reply, Ok(Reply::Operation(_))), "{reply:?}");
    fleet.finish();
    let reply = console.answer(&fleet, &Request::ListNetworkProfiles);
    let Ok(Reply::NetworkProfiles(profiles)) = reply else {
        panic!("{reply:?}");
    };
    let names: Vec<&str> = profiles.iter().map(|used| used.name.as_str()).collect();
    assert_eq!(names, ["bond", "wide"]);
}

#[test]
fn an_order_in_the_words_of_the_public_api_is_written_down_too() {
    let (console, fleet) = (console(), Fleet::new(FLEET));
    let new = public::NewCluster::named("edge".into(), Some("1.33".into()));
    let create = public::Request::CreateCluster { new };
    console.answer(&fleet, &create.into()).unwrap();
    let orders = console.orders().unwrap();
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].verb, "create");
    assert_eq!(orders[0].target.to_string(), "cluster edge");
}

#[test]
fn an_operation_that_the_appliance_forgot_is_listed_no_more() {
    let (console, fleet) = (console(), Fleet::new(FLEET));
    let order = |hostname: &str| Request::SetHostname {
        machine: W1,
        hostname: hostname.into(),
        apply: true,
    };
    console.answer(&fleet, &order("a")).unwrap();
    // Set up anew, it knows no operations yet.
    let anew = Fleet::new(FLEET);
    assert_eq!(operations(&console, &anew), []);
    let gone = Request::GetOperation {
        operation: OperationId(1),
    };
    let gone = refusal(&console, &anew, &gone);
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

#[test]
fn a_journal_that_cannot_be_written_costs_no_answer() {
    let folder = Folder::new();
    std::fs::write(&folder.0, "a file where the folder should be").unwrap();
    let endpoint = appliance::client::Endpoint::parse("https://a").unwrap();
    let organization = appliance::Organization::parse("0b9a7c1e-0000-4000-8000-00000000000f");
    let settings = appliance::client::Settings::new(endpoint, organization.unwrap());
    let journal = Journal::new(Some(&folder.0), &settings);
    let (console, fleet) = (Documented::new(journal, noon), Fleet::new(FLEET));
    let order = Request::AssignMachine {
        machine: SPARE,
        pool: POOL,
    };
    let reply = console.answer(&fleet, &order);
    std::fs::remove_file(&folder.0).unwrap();
    let Ok(Reply::Operation(started)) = reply else {
        panic!("{reply:?}");
    };
    let troubles = console.troubles();
    assert_eq!(troubles.len(), 1);
    let number = started.id.0;
    let start = format!("operation {number} was started, and cannot be written down in ");
    assert!(troubles[0].starts_with(&start), "{troubles:?}");
    assert!(console.troubles().is_empty());
    // It is followed as long as the program lives.
    let listed = operations(&console, &fleet);
    assert_eq!(listed[0].id, started.id);
    assert_eq!(listed[0].action, "assign");
}
