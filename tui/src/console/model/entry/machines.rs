//! The table of machines.

use std::borrow::Cow;

use appliance::{Machine, MachineStatus, Text};

use super::{Cell, Column, Entry, Tone, column, is_pool_in, natural, plain, revision_cell, toned};
use crate::console::model::cause::cause_of_machine;
use crate::console::model::fleet::Fleet;
use crate::console::model::place::{RowId, Scope};
use crate::console::model::sight::Trouble;

/// The tone of a machine's status.
pub fn machine_tone(status: &MachineStatus) -> Tone {
    match status {
        MachineStatus::Ready => Tone::Good,
        MachineStatus::Updating => Tone::Busy,
        MachineStatus::Unreachable | MachineStatus::NotReady | MachineStatus::ForceUnassigned => {
            Tone::Bad
        }
        _ => Tone::Warning,
    }
}

impl Entry for Machine {
    const COLUMNS: &'static [Column<Self>] = &[
        column!(
            "MACHINE",
            14..40,
            0,
            |_, machine| plain(machine.name.clone()),
            |_, a, b| natural(&a.name, &b.name)
        ),
        column!(
            "STATUS",
            18,
            0,
            |_, machine| toned(machine.status.as_str(), machine_tone(&machine.status)),
            |_, a, b| { a.status.cmp(&b.status) }
        ),
        column!(
            "REASON",
            17..40,
            1,
            |_, machine| cause_cell(machine),
            |_, a, b| cause_of_machine(a).cmp(&cause_of_machine(b))
        ),
        column!(number "REV", 4..9, 1, |_, machine| revision_cell(machine.machine_revision), |_, a, b| {
            a.machine_revision.cmp(&b.machine_revision)
        }),
        column!(number "TO", 4..9, 2, |_, machine| revision_cell(moves_to(machine)), |_, a, b| {
            a.desired_machine_revision.cmp(&b.desired_machine_revision)
        }),
        column!(
            "POOL",
            10..32,
            2,
            |fleet, machine| plain(pool_of(fleet, machine)),
            |fleet, a, b| { natural(&pool_of(fleet, a), &pool_of(fleet, b)) }
        ),
        column!(
            "ZONE",
            8..20,
            3,
            |_, machine| plain(zone_of(machine)),
            |_, a, b| natural(&zone_of(a), &zone_of(b))
        ),
        column!(
            "CLUSTER",
            9..28,
            4,
            |fleet, machine| plain(cluster_of(fleet, machine)),
            |fleet, a, b| { natural(&cluster_of(fleet, a), &cluster_of(fleet, b)) }
        ),
    ];

    fn all(fleet: &Fleet) -> &[Self] {
        &fleet.machines
    }

    fn id(&self) -> RowId {
        RowId::Machine(self.id)
    }

    fn is_in(&self, fleet: &Fleet, scope: Scope) -> bool {
        if let Scope::Budget(budget) = scope {
            let refuses = fleet.budget(budget).map(|budget| &*budget.refuses);
            return refuses.is_some_and(|refuses| refuses.binary_search(&self.id).is_ok());
        }
        if let Scope::Trouble(pool, trouble) = scope {
            return self.machine_pool_id == pool && Trouble::of(self) == Some(trouble);
        }
        match self.machine_pool_id {
            Some(pool) => is_pool_in(fleet, pool, scope),
            None => matches!(scope, Scope::Fleet | Scope::Unassigned),
        }
    }

    fn texts<'e>(&'e self, _: &'e Fleet) -> [Cow<'e, str>; 3] {
        [
            self.name.as_str().into(),
            self.status.as_str().into(),
            cause_of_machine(self).into(),
        ]
    }
}

/// Why a machine is where it is. What went wrong has a glyph.
fn cause_cell(machine: &Machine) -> Cell {
    let cause = cause_of_machine(machine);
    let is_wrong = machine.reason.is_none() && !cause.is_empty();
    toned(cause, if is_wrong { Tone::Warning } else { Tone::Plain })
}

/// A reason with what it is about.
pub fn reason_told<'r>(reason: &'r Text, object: Option<&Text>) -> Cow<'r, str> {
    match object {
        Some(object) => format!("{reason} {object}").into(),
        None => reason.as_str().into(),
    }
}

/// Why a machine is where it is; empty where there is no reason.
pub fn machine_reason(machine: &Machine) -> Cow<'_, str> {
    match &machine.reason {
        Some(reason) => reason_told(reason, machine.reason_object.as_ref()),
        None => "".into(),
    }
}

/// The revision that the machine is being moved to, while it runs another.
fn moves_to(machine: &Machine) -> Option<u32> {
    let desired = machine.desired_machine_revision;
    desired.filter(|_| desired != machine.machine_revision)
}

fn pool_of(fleet: &Fleet, machine: &Machine) -> Text {
    machine
        .machine_pool_id
        .map_or_else(|| Text::from("-"), |pool| fleet.pool_name(pool))
}

fn cluster_of(fleet: &Fleet, machine: &Machine) -> Text {
    machine
        .machine_pool_id
        .map_or_else(|| Text::from("-"), |pool| fleet.cluster_name(pool))
}

/// The label that tells a machine's zone.
pub const ZONE: &str = "topology.kubernetes.io/zone";

/// The machine's zone, if it is labelled with one.
pub fn zone_of(machine: &Machine) -> Text {
    let zone = machine.labels.iter().find(|label| label.key == ZONE);
    zone.map(|label| label.value.clone()).unwrap_or_default()
}
