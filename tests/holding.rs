//! Orders to hold a machine or to exclude it, as an appliance is asked for them.

use appliance::{ErrorKind, MachineId, Reply, Request};
use simulator::engine::{Seed, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;

/// Three machines that take a minute each, one after the other.
const FLEET: &str = r#"
    [hardware.h]
    update = "1m"
    [[pools]]
    name = "w"
    machines = 3
    hardware = "h"
    [[steps]]
    at = "+1m"
    do = "apply"
    pool = "w"
"#;

fn appliance() -> Simulation {
    let scenario = Scenario::parse(FLEET, "test", "test").unwrap();
    Simulation::new(&Blueprint::new(scenario), Seed(1), 0)
}

fn after(minutes: u64) -> Time {
    Time::from_millis(minutes * 60_000)
}

fn revisions(appliance: &mut Simulation) -> Vec<Option<u32>> {
    let Ok(Reply::Machines(machines)) = appliance.answer(&Request::ListMachines) else {
        panic!("an appliance lists its machines");
    };
    machines
        .iter()
        .map(|machine| machine.machine_revision)
        .collect()
}

#[test]
fn a_held_machine_has_its_turn_when_it_is_unheld() {
    let (mut appliance, machine) = (appliance(), MachineId(1));
    let held = appliance.answer(&Request::HoldMachine { machine });
    let Ok(Reply::ChangedMachine(told)) = held else {
        panic!("{held:?}");
    };
    assert_eq!((told.held, told.excluded), (Some(true), Some(false)));
    appliance.run_until(after(30));
    assert_eq!(revisions(&mut appliance), [Some(1), Some(2), Some(2)]);
    let again = appliance.answer(&Request::HoldMachine { machine });
    assert_eq!(again.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(
        appliance
            .answer(&Request::UnholdMachine { machine })
            .is_ok()
    );
    appliance.run_until(after(60));
    assert_eq!(revisions(&mut appliance), [Some(2), Some(2), Some(2)]);
}

#[test]
fn an_excluded_machine_is_in_no_rollout_until_it_is_included() {
    let (mut appliance, machine) = (appliance(), MachineId(2));
    assert!(
        appliance
            .answer(&Request::ExcludeMachine { machine })
            .is_ok()
    );
    appliance.run_until(after(30));
    assert_eq!(revisions(&mut appliance), [Some(2), Some(1), Some(2)]);
    let included = appliance.answer(&Request::IncludeMachine { machine });
    let Ok(Reply::ChangedMachine(told)) = included else {
        panic!("{included:?}");
    };
    assert_eq!(told.excluded, Some(false));
    let again = appliance.answer(&Request::IncludeMachine { machine });
    assert_eq!(again.unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn a_machine_that_there_is_none_of_is_refused() {
    let machine = MachineId(99);
    for request in [
        Request::HoldMachine { machine },
        Request::UnholdMachine { machine },
        Request::ExcludeMachine { machine },
        Request::IncludeMachine { machine },
    ] {
        let refused = appliance().answer(&request);
        assert_eq!(
            refused.unwrap_err().kind(),
            ErrorKind::NotFound,
            "{request:?}"
        );
    }
}
