//! What people do with machines, told to people.

use std::io::{self, Write};

use crate::engine::Time;
use crate::fleet::{Blueprint, HandsIndex, MachineEvent, Reason, RunRow};

/// In words; `None` for what people do not do.
pub(super) fn told(blueprint: &Blueprint, what: MachineEvent) -> Option<String> {
    let civil = |at: Time| blueprint.scenario().calendar.civil(at);
    Some(match what {
        MachineEvent::HandsCalled { hands, comes } => {
            let who = who(blueprint, hands);
            match comes {
                Some(at) => format!("dead: {who} called, come {}", civil(at)),
                None => format!("dead: {who} called, and nobody will be there"),
            }
        }
        MachineEvent::RepairBegan { hands, until } => {
            let who = who(blueprint, hands);
            match until {
                Some(at) => format!("repair by {who} until {}", civil(at)),
                None => format!("repair by {who}, and nobody will be there to end it"),
            }
        }
        MachineEvent::Held { held: true } => "held: its turn waits".to_owned(),
        MachineEvent::Held { held: false } => "unheld".to_owned(),
        MachineEvent::Excluded { excluded: true } => "excluded from rollouts".to_owned(),
        MachineEvent::Excluded { excluded: false } => {
            "included: the next rollout targets it again".to_owned()
        }
        _ => return None,
    })
}

fn who(blueprint: &Blueprint, hands: HandsIndex) -> String {
    match blueprint.hands_name(hands) {
        Some(name) => format!("hands {name}"),
        None => "hands".to_owned(),
    }
}

/// What a run that did not finish lacked people for, pool by pool.
pub(super) fn outcome(blueprint: &Blueprint, row: &RunRow, out: &mut dyn Write) -> io::Result<()> {
    for (pool, row) in blueprint.pools().zip(&row.pools) {
        let name = blueprint.pool_name(pool);
        match row.down_for_good {
            0 => {}
            1 => writeln!(
                out,
                "{name}: 1 machine is down and nobody repairs it ([[hands]])"
            )?,
            down => writeln!(
                out,
                "{name}: {down} machines are down and nobody repairs them ([[hands]])"
            )?,
        }
        if row.held_at_end.contains(&Reason::Hold) {
            writeln!(out, "{name}: a machine is held and nobody unholds it")?;
        }
    }
    Ok(())
}
