//! What happens to the fleet: who is down from the start on, and what is rolled out to which pools.

use std::fmt::Write as _;

use appliance::{MachinePoolId, MachineStatus};
use toml_writer::ToTomlValue;

use super::fleet::{Fleet, Pool};
use super::{Notes, Rollouts, listed};

/// The steps of a capture, and what they roll out, in words.
pub(super) struct Steps {
    pub(super) text: String,
    pub(super) said: String,
}

/// The steps. Where the model has some, and nothing else is asked for, they are what is rolled out.
///
/// # Errors
/// When what is to be rolled out is to a pool that is not in the capture.
pub(super) fn of(
    fleet: &Fleet<'_>,
    (rollouts, are_models): (&Rollouts, bool),
    notes: &mut Notes,
) -> Result<Steps, String> {
    let mut text = down(fleet, notes);
    let said = match rollouts {
        Rollouts::These(rollouts) => {
            for (pool, revision) in rollouts {
                apply(&mut text, named(fleet, *pool)?, Some(*revision));
            }
            "that alone".to_owned()
        }
        Rollouts::Usual if are_models => "what the steps of the model say".to_owned(),
        Rollouts::Usual => {
            for pool in &fleet.pools {
                apply(&mut text, pool, pool.saved);
                let revision = pool.saved.map_or_else(
                    || "a new revision".to_owned(),
                    |saved| format!("the saved revision {saved}"),
                );
                notes.assume(format!(
                    "rollout: {revision} to pool {} at the start",
                    pool.name
                ));
            }
            usual(fleet)
        }
    };
    Ok(Steps { text, said })
}

/// Who does not answer is down from the start on.
fn down(fleet: &Fleet<'_>, notes: &mut Notes) -> String {
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
        let stay_down = match *down {
            [machine] => format!("{machine} stays down"),
            ref machines => format!("{} machines stay down", machines.len()),
        };
        let machines = listed(down);
        notes.assume(format!(
            "machines that do not answer are down and stay down: {machines}"
        ));
        notes.above_all.push(stay_down);
    }
    text
}

fn apply(text: &mut String, pool: &Pool<'_>, revision: Option<u32>) {
    let name = pool.name.to_toml_value();
    let _ = writeln!(
        text,
        "[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = {name}"
    );
    if let Some(revision) = revision {
        let _ = writeln!(text, "revision = {revision}");
    }
}

fn named<'f, 't>(fleet: &'f Fleet<'t>, pool: MachinePoolId) -> Result<&'f Pool<'t>, String> {
    let found = fleet.pools.iter().find(|known| known.told.id == pool);
    found.ok_or_else(|| super::orders::no_pool(pool))
}

/// The newest saved revision of every pool, or else a new one, in a few words.
fn usual(fleet: &Fleet<'_>) -> String {
    let with_saved = fleet.pools.iter().filter_map(|pool| {
        let saved = pool.saved?;
        Some(format!("{saved} of {}", pool.name))
    });
    let saved: Vec<String> = with_saved.collect();
    let others = fleet.pools.len() - saved.len();
    let new = match (others, saved.is_empty()) {
        (_, true) => return "a new revision in every pool".to_owned(),
        (0, _) => String::new(),
        (1, _) => ", and a new one in the other pool".to_owned(),
        _ => format!(", and a new one in the {others} other pools"),
    };
    format!(
        "the saved revision {}{new}",
        listed(saved.iter().map(String::as_str))
    )
}
