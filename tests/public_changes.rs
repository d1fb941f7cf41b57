//! What meltcloud's public API shows of a fleet while what it was asked for is carried out.

use appliance::public::{self, Patch};
use appliance::{
    ClusterId, Error, ErrorKind, Label, MachineId, MachinePoolId, OperationStatus, Reply, Request,
};
use simulator::engine::{Seed, Span, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;

const FLEET: &str = r#"
    [hardware.h]
    stop = "1m"
    firmware = "1m"
    os = "1m"
    join = "1m"
    soak = "0s"
    [[clusters]]
    name = "prod"
    [[pools]]
    name = "w"
    cluster = "prod"
    machines = 2
    hardware = "h"
    [[pools]]
    name = "v"
    cluster = "prod"
    machines = 1
    hardware = "h"
"#;
const W_1: MachineId = MachineId(1);

fn appliance() -> Simulation {
    appliance_with("machines = 2")
}

fn appliance_with(machines: &str) -> Simulation {
    let fleet = FLEET.replace("machines = 2", machines);
    let scenario = Scenario::parse(&fleet, "test", "test").unwrap();
    Simulation::new(&Blueprint::new(scenario), Seed(1), 0)
}

fn ask(appliance: &mut Simulation, request: public::Request) -> Result<public::Reply, Error> {
    match appliance.answer(&Request::from(request))? {
        Reply::Public(reply) => Ok(*reply),
        other => panic!("{other:?}"),
    }
}

fn machine(appliance: &mut Simulation, machine: MachineId) -> public::Machine {
    match ask(appliance, public::Request::GetMachine { machine }) {
        Ok(public::Reply::Machine(found)) => found.resource,
        other => panic!("{other:?}"),
    }
}

fn change(
    appliance: &mut Simulation,
    machine: MachineId,
    changes: public::MachineChanges,
) -> public::WithOperation<public::Machine> {
    let update = public::Request::UpdateMachine { machine, changes };
    match ask(appliance, update) {
        Ok(public::Reply::Machine(answer)) => answer,
        other => panic!("{other:?}"),
    }
}

fn make_profile(appliance: &mut Simulation, name: &str) -> public::NetworkProfileId {
    let new = public::NewNetworkProfile::named(name.into());
    match ask(appliance, public::Request::CreateNetworkProfile { new }) {
        Ok(public::Reply::NetworkProfile(made)) => made.resource.id,
        other => panic!("{other:?}"),
    }
}

fn status(appliance: &mut Simulation, operation: &public::Operation) -> OperationStatus {
    let operation = operation.id;
    match ask(appliance, public::Request::GetOperation { operation }) {
        Ok(public::Reply::Operation(operation)) => operation.status,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_machine_shows_the_revision_that_it_was_asked_for_until_it_runs_it() {
    let mut appliance = appliance();
    let profile = make_profile(&mut appliance, "bond");
    let before = machine(&mut appliance, W_1);
    let first = before.machine_revision.unwrap();
    assert_eq!(before.desired_machine_revision, None);
    let other = machine(&mut appliance, MachineId(2));
    assert_ne!(other.machine_revision.unwrap().id, first.id);
    let changes = public::MachineChanges {
        network_profile_id: Patch::Set(profile),
        ..public::MachineChanges::default()
    };
    let asked = change(&mut appliance, W_1, changes).resource;
    let desired = asked.desired_machine_revision.unwrap();
    assert_eq!(desired.network_profile_id, Some(profile));
    assert_eq!(asked.machine_revision, Some(first.clone()));
    appliance.run_until(Time::from_millis(600_000));
    let after = machine(&mut appliance, W_1);
    assert_eq!(after.machine_revision, Some(desired.clone()));
    assert_eq!(after.desired_machine_revision, None);
    assert_ne!(desired.id, first.id);
}

#[test]
fn null_takes_a_pools_network_profile_away_and_no_machines() {
    let mut appliance = appliance();
    let profile = make_profile(&mut appliance, "bond");
    let set = |appliance: &mut Simulation, network_profile_id| {
        let changes = public::MachinePoolChanges {
            network_profile_id,
            ..public::MachinePoolChanges::default()
        };
        let update = public::Request::UpdateMachinePool {
            cluster: ClusterId(1),
            pool: MachinePoolId(1),
            changes,
        };
        match ask(appliance, update) {
            Ok(public::Reply::MachinePool(answer)) => answer,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(set(&mut appliance, Patch::Clear).operation, None);
    let given = set(&mut appliance, Patch::Set(profile));
    assert_eq!(given.resource.network_profile_id, Some(profile));
    appliance.run_until(Time::from_millis(3_600_000));
    let taken = set(&mut appliance, Patch::Clear);
    assert_eq!(taken.resource.network_profile_id, None);
    let operation = taken.operation.unwrap();
    appliance.run_until(Time::from_millis(7_200_000));
    assert_eq!(
        status(&mut appliance, &operation),
        OperationStatus::Succeeded
    );
    let delete = public::Request::DeleteNetworkProfile {
        network_profile: profile,
    };
    assert!(ask(&mut appliance, delete).is_ok());

    let changes = public::MachineChanges {
        network_profile_id: Patch::Clear,
        ..public::MachineChanges::default()
    };
    let update = public::Request::UpdateMachine {
        machine: W_1,
        changes,
    };
    let refused = ask(&mut appliance, update).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Rejected);
}

#[test]
fn a_move_goes_on_until_the_machine_is_ready_in_its_other_pool() {
    let mut appliance = appliance();
    let changes = public::MachineChanges {
        machine_pool_id: Patch::Set(MachinePoolId(2)),
        ..public::MachineChanges::default()
    };
    let operation = change(&mut appliance, W_1, changes).operation.unwrap();
    let mut told = Vec::new();
    for minute in 0..=4 {
        appliance.run_until(Time::from_millis(minute * 60_000));
        let pool = machine(&mut appliance, W_1).machine_pool_id.unwrap().0;
        let status = status(&mut appliance, &operation);
        told.push((minute, pool, status));
    }
    let running = |minute, pool| (minute, pool, OperationStatus::Running);
    assert_eq!(
        told,
        [
            running(0, 1),
            running(1, 2),
            running(2, 2),
            running(3, 2),
            (4, 2, OperationStatus::Succeeded),
        ]
    );
}

#[test]
fn labels_are_told_as_they_were_given_and_given_twice_they_change_nothing() {
    let mut appliance = appliance_with("machines = 2\n    zones = [\"a\"]");
    let label = |key: &str, value: &str| Label {
        key: key.into(),
        value: value.into(),
    };
    let zone = label("topology.kubernetes.io/zone", "a");
    assert_eq!(
        machine(&mut appliance, W_1).labels,
        std::slice::from_ref(&zone)
    );
    let set = |appliance: &mut Simulation, labels: &[Label]| {
        let changes = public::MachineChanges {
            labels: Patch::Set(labels.to_vec()),
            ..public::MachineChanges::default()
        };
        let is_rolled_out = change(appliance, W_1, changes).operation.is_some();
        appliance.run_until(appliance.now() + Span::from_secs(3600));
        let told = machine(appliance, W_1).labels;
        assert_eq!(told, labels);
        is_rolled_out
    };
    let own = [label("z", "1"), label("disk", "ssd")];
    assert!(set(&mut appliance, &own));
    assert!(!set(&mut appliance, &own));
    // Where it stands is what it is told to be already.
    let all = [own[0].clone(), zone, own[1].clone()];
    assert!(!set(&mut appliance, &all));
}
