//! What happens to the fleet: who is down from the start on, and the rollout of a new revision to every pool.

use std::fmt::Write as _;

use appliance::MachineStatus;
use toml_writer::ToTomlValue;

use super::fleet::Fleet;
use super::{Notes, listed};

/// The steps. Where the model has some, they are what is rolled out.
pub(super) fn of(fleet: &Fleet<'_>, are_models: bool, notes: &mut Notes) -> String {
    let mut text = String::new();
    let mut down = Vec::new();
    for machine in fleet.pools.iter().flat_map(|pool| &pool.machines) {
        if machine.told.status == MachineStatus::Unreachable {
            down.push(machine.name.as_str());
            let has_crashed = machine.told.failure.as_ref();
            let has_crashed = has_crashed.is_some_and(|failure| *failure == "crashed");
            let verb = if has_crashed { "crash" } else { "power-loss" };
            let name = machine.name.to_toml_value();
            let _ = writeln!(
                text,
                "[[steps]]\nat = \"+0s\"\ndo = \"{verb}\"\nmachine = {name}"
            );
        }
    }
    if !down.is_empty() {
        let machines = listed(down);
        notes.assume(format!(
            "machines that do not answer are down and stay down: {machines}"
        ));
    }
    if are_models {
        return text;
    }
    for pool in &fleet.pools {
        let name = pool.name.to_toml_value();
        let _ = writeln!(
            text,
            "[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = {name}"
        );
        let revision = match pool.saved {
            Some(saved) => {
                let _ = writeln!(text, "revision = {saved}");
                format!("the saved revision {saved}")
            }
            None => "a new revision".to_owned(),
        };
        notes.assume(format!(
            "rollout: {revision} to pool {} at the start",
            pool.name
        ));
    }
    text
}
