//! What can be changed about machines and pools: one table, from which the menu, its letters and the questions derive.

mod plan;
mod requests;

use std::collections::BTreeSet;

use appliance::MachineId;

use super::entry::Entry;
use super::{Fleet, Model, RowId, Scope, View};
use crate::console::command::{About, Verb};

/// Said where neither a machine nor a pool is at hand.
pub const CHOOSE_MACHINE: &str = "choose a machine or a pool first";
/// Said where machines and pools are marked together.
pub const MIXED: &str = "mark machines only, or pools only";

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its letter in the menu.
    pub letter: char,
    /// The order.
    pub verb: Verb,
    /// What it has to be told.
    pub needs: Needs,
    /// What it does, as a sentence about one of its targets.
    pub effect: &'static str,
    /// What has come of it, said of a target after its name.
    pub outcome: &'static str,
}

/// What a change has to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// A text, of which this is said.
    Value(&'static str),
    /// One of the fleet's pools.
    Pool,
}

const fn change(
    letter: char,
    verb: Verb,
    needs: Needs,
    effect: &'static str,
    outcome: &'static str,
) -> Change {
    Change {
        letter,
        verb,
        needs,
        effect,
        outcome,
    }
}

/// Every change, in the order of the menu.
pub const CHANGES: &[Change] = &[
    change(
        'h',
        Verb::Hold,
        Needs::Nothing,
        "its turn in a rollout waits until it is unheld",
        "is held",
    ),
    change(
        'u',
        Verb::Unhold,
        Needs::Nothing,
        "it has its turn again",
        "is unheld",
    ),
    change(
        'e',
        Verb::Exclude,
        Needs::Nothing,
        "no rollout targets it, not even the one that goes on",
        "is excluded",
    ),
    change(
        'i',
        Verb::Include,
        Needs::Nothing,
        "the next rollout targets it again",
        "is included again",
    ),
    change(
        'n',
        Verb::SetHostname,
        Needs::Value("the new host name, as w-7"),
        "another host name; a reboot when it is applied",
        "has another host name saved",
    ),
    change(
        'l',
        Verb::SetLabels,
        Needs::Value("all its own labels, as disk=ssd,rack=7; empty for none"),
        "other labels of its own; a reboot when they are applied",
        "has other labels saved",
    ),
    change(
        'p',
        Verb::SetNetworkProfile,
        Needs::Value("the network profile's name"),
        "a network profile of its own; a reboot when it is applied",
        "has another network profile saved",
    ),
    change(
        'o',
        Verb::ApplyTo,
        Needs::Nothing,
        "rolls out to it alone what is saved for it or its pool",
        "has nothing left to roll out",
    ),
    change(
        'a',
        Verb::Assign,
        Needs::Pool,
        "it moves to another pool: drained where in one, rebooted",
        "is assigned",
    ),
    change(
        'r',
        Verb::Unassign,
        Needs::Nothing,
        "it is drained, rebooted and in no pool",
        "is unassigned",
    ),
    change(
        'b',
        Verb::Enroll,
        Needs::Nothing,
        "it boots an enrollment image",
        "boots an enrollment image",
    ),
    change(
        'f',
        Verb::ForceRemove,
        Needs::Nothing,
        "it leaves its pool at once, undrained: its pods die",
        "is taken out",
    ),
    change(
        'd',
        Verb::Decommission,
        Needs::Nothing,
        "it is drained, leaves its pool and is forgotten",
        "is decommissioned",
    ),
    change(
        'x',
        Verb::Delete,
        Needs::Nothing,
        "it is forgotten",
        "is deleted",
    ),
    change(
        'v',
        Verb::SetPoolVersion,
        Needs::Value("the Kubernetes version, as 1.33.5"),
        "another Kubernetes version: a revision of the pool",
        "has another version",
    ),
    change(
        'i',
        Verb::SetPoolImage,
        Needs::Value("the image's name, as 1.33.5-melt.30"),
        "another machine image: a revision of the pool",
        "has another image",
    ),
    change(
        'p',
        Verb::SetPoolNetworkProfile,
        Needs::Value("the network profile's name"),
        "another network profile: a revision of the pool",
        "has another network profile",
    ),
];

/// The change of a verb.
pub fn change_of(verb: Verb) -> Option<&'static Change> {
    CHANGES.iter().find(|change| change.verb == verb)
}

/// The changes that can be of some rows.
pub fn changes_of(rows: &[RowId]) -> impl Iterator<Item = &'static Change> {
    let about = match rows.first() {
        Some(RowId::Pool(_)) => About::Pools,
        _ => About::Machines,
    };
    CHANGES
        .iter()
        .filter(move |change| change.verb.about() == about)
}

impl Model {
    /// The machines or pools that a change would be of: the marked ones, or the one under the cursor or that the view
    /// is about. Groups of machines stand for each of them.
    pub fn chosen_for_change(&self) -> Vec<RowId> {
        let rows: Vec<RowId> = match self.place.view {
            _ if !self.place.marks.is_empty() => self.place.marks.iter().copied().collect(),
            View::Machine(machine) => vec![RowId::Machine(machine)],
            _ => self.row_under_cursor().into_iter().collect(),
        };
        let rows: BTreeSet<RowId> = rows
            .into_iter()
            .flat_map(|row| match row {
                RowId::Pool(_) => vec![row],
                _ => self.fleet.machines_of_row(row),
            })
            .collect();
        rows.into_iter().collect()
    }

    /// Why a change can be of none of some machines or pools; `None` where it can.
    pub fn why_not(&self, change: &Change, rows: &[RowId]) -> Option<String> {
        if matches!(change.verb, Verb::SetHostname) && rows.len() > 1 {
            return Some("one machine at a time".to_owned());
        }
        let first = rows.first();
        let request = first.and_then(|row| self.fleet.request_of_row(change.verb, *row));
        let not_done = request.and_then(|request| self.done_by_appliance(request).err());
        if not_done.is_some() {
            return not_done;
        }
        let fits = |row: &RowId| self.fleet.cannot_of_row(change.verb, *row).is_none();
        if rows.iter().any(fits) {
            return None;
        }
        self.plan_change(change.verb, None, rows).err()
    }

    /// What is said of what a change has to be told.
    pub fn hint(&self, change: &Change) -> &'static str {
        match change.needs {
            Needs::Value(_) if change.verb == Verb::SetPoolVersion && self.applies_at_once() => {
                "the minor version, as 1.34: the platform chooses the patch"
            }
            Needs::Value(about) => about,
            Needs::Nothing | Needs::Pool => "",
        }
    }
}

impl Fleet {
    /// The machines that a row stands for.
    fn machines_of_row(&self, row: RowId) -> Vec<RowId> {
        let scope = match row {
            RowId::Machine(_) => return vec![row],
            RowId::Trouble(pool, trouble) => Scope::Trouble(pool, trouble),
            RowId::Unassigned => Scope::Unassigned,
            _ => return Vec::new(),
        };
        let machines = self.machines.iter();
        machines
            .filter(|machine| machine.is_in(self, scope))
            .map(|machine| RowId::Machine(machine.id))
            .collect()
    }

    /// The name of a machine, for people.
    pub(super) fn name_of(&self, machine: MachineId) -> String {
        let machine = self.machine(machine);
        machine.map_or_else(
            || "a machine".to_owned(),
            |machine| machine.name.to_string(),
        )
    }
}
