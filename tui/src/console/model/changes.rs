//! What can be changed about machines: one table, from which the menu, its letters and the questions derive.

use std::collections::{BTreeMap, BTreeSet};

use appliance::{Machine, MachineId, MachineStatus, Request};

use super::entry::Entry;
use super::plan::{LeftOut, line, none_fits};
use super::{Fleet, Model, Plan, RowId, Scope, View};
use crate::console::command::{Command, MachineTarget, Target, Verb};

/// Said where no machine is at hand.
pub const CHOOSE_MACHINE: &str = "choose a machine first";

/// One change.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Its letter in the menu.
    pub letter: char,
    /// The order.
    pub verb: Verb,
    /// What it does, as a sentence about one machine.
    pub effect: &'static str,
    /// What it leads to, said of a machine after its name.
    pub outcome: &'static str,
}

/// Every change, in the order of the menu.
pub const CHANGES: &[Change] = &[
    Change {
        letter: 'h',
        verb: Verb::Hold,
        effect: "its turn in a rollout waits until it is unheld",
        outcome: "held",
    },
    Change {
        letter: 'u',
        verb: Verb::Unhold,
        effect: "it has its turn again",
        outcome: "unheld",
    },
    Change {
        letter: 'e',
        verb: Verb::Exclude,
        effect: "no rollout targets it, not even the one that goes on",
        outcome: "excluded",
    },
    Change {
        letter: 'i',
        verb: Verb::Include,
        effect: "the next rollout targets it again",
        outcome: "included again",
    },
];

/// The change of a verb.
pub fn change_of(verb: Verb) -> Option<&'static Change> {
    CHANGES.iter().find(|change| change.verb == verb)
}

impl Model {
    /// The machines that a change would be of: the marked ones, or the one under the cursor or that the view is about.
    /// Groups of machines stand for each of them.
    pub fn chosen_machines(&self) -> Vec<RowId> {
        let rows: Vec<RowId> = match self.place.view {
            _ if !self.place.marks.is_empty() => self.place.marks.iter().copied().collect(),
            View::Machine(machine) => vec![RowId::Machine(machine)],
            _ => self.row_under_cursor().into_iter().collect(),
        };
        let machines: BTreeSet<RowId> = rows
            .into_iter()
            .flat_map(|row| self.fleet.machines_of_row(row))
            .map(RowId::Machine)
            .collect();
        machines.into_iter().collect()
    }

    /// Why a change can be of none of some machines; `None` where it can.
    pub fn why_not(&self, change: &Change, rows: &[RowId]) -> Option<String> {
        let fits = |row: &RowId| {
            let machine = self.fleet.machine_of_row(*row);
            machine.is_some_and(|machine| cannot(change.verb, machine).is_none())
        };
        if rows.iter().any(fits) {
            return None;
        }
        self.plan_change(change.verb, rows).err()
    }

    /// The order that changes some machines.
    ///
    /// # Errors
    /// When it fits none of them: why, in words.
    pub(super) fn plan_change(&self, verb: Verb, rows: &[RowId]) -> Result<Plan, String> {
        let (mut targets, mut left_out): (Vec<_>, Vec<LeftOut>) = (Vec::new(), Vec::new());
        for row in rows {
            let Some(machine) = self.fleet.machine_of_row(*row) else {
                left_out.push((None, CHOOSE_MACHINE.to_owned()));
                continue;
            };
            match cannot(verb, machine) {
                Some(why) => left_out.push((None, why)),
                None => targets.push(Target::Machine(MachineTarget {
                    machine: machine.name.clone(),
                })),
            }
        }
        if targets.is_empty() {
            return Err(if left_out.is_empty() {
                CHOOSE_MACHINE.to_owned()
            } else {
                none_fits(rows.len(), &left_out)
            });
        }
        Ok(Plan {
            command: Command {
                verb,
                context: self.context.clone(),
                targets,
            },
            left_out: left_out.into_iter().map(line).collect(),
        })
    }

    /// What a change will do.
    pub(super) fn change_told(&self, command: &Command) -> Vec<String> {
        let machines: Vec<&Machine> = self
            .fleet
            .machines_of(command)
            .into_iter()
            .flatten()
            .collect();
        let mut told = if let [machine] = *machines {
            self.fleet.whereabouts(machine)
        } else {
            let names = machines.iter().map(|machine| machine.name.as_str());
            let names: Vec<_> = names.collect();
            vec![format!("{} machines: {}", names.len(), names.join(", "))]
        };
        let effect = change_of(command.verb).map_or("", |change| change.effect);
        told.push(format!("{}: {effect}.", command.verb.label()));
        if matches!(command.verb, Verb::Hold | Verb::Exclude) {
            told.extend(under_way(&machines));
        }
        told
    }
}

/// That updates which are under way are finished all the same.
fn under_way(machines: &[&Machine]) -> Option<String> {
    let updating = machines
        .iter()
        .filter(|machine| machine.status == MachineStatus::Updating);
    match updating.count() {
        0 => None,
        1 if machines.len() == 1 => Some("Its update is under way, and is finished.".to_owned()),
        1 => Some("The update of one is under way, and is finished.".to_owned()),
        count => Some(format!(
            "The updates of {count} are under way, and are finished."
        )),
    }
}

/// Why a change cannot be of a machine now, in words that name it.
fn cannot(verb: Verb, machine: &Machine) -> Option<String> {
    let name = &machine.name;
    match (verb, machine.held, machine.excluded) {
        (Verb::Hold | Verb::Unhold, None, _) | (Verb::Exclude | Verb::Include, _, None) => {
            Some(format!("the appliance does not tell it of {name}"))
        }
        (Verb::Hold, Some(true), _) => Some(format!("{name} is held already")),
        (Verb::Unhold, Some(false), _) => Some(format!("{name} is not held")),
        (Verb::Exclude, _, Some(true)) => Some(format!("{name} is excluded already")),
        (Verb::Include, _, Some(false)) => Some(format!("{name} is not excluded")),
        _ => None,
    }
}

impl Fleet {
    /// The machines that a row stands for.
    fn machines_of_row(&self, row: RowId) -> Vec<MachineId> {
        let scope = match row {
            RowId::Machine(machine) => return vec![machine],
            RowId::Trouble(pool, trouble) => Scope::Trouble(pool, trouble),
            RowId::Unassigned => Scope::Unassigned,
            _ => return Vec::new(),
        };
        let machines = self.machines.iter();
        machines
            .filter(|machine| machine.is_in(self, scope))
            .map(|machine| machine.id)
            .collect()
    }

    fn machine_of_row(&self, row: RowId) -> Option<&Machine> {
        match row {
            RowId::Machine(machine) => self.machine(machine),
            _ => None,
        }
    }

    /// The machine of each target of an order, from one look at all machines; `None` where there is none of its name,
    /// or more than one, or the target is none.
    pub(super) fn machines_of(&self, command: &Command) -> Vec<Option<&Machine>> {
        let mut known: BTreeMap<&str, Option<Option<&Machine>>> = command
            .machines()
            .map(|target| (target.machine.as_str(), None))
            .collect();
        if !known.is_empty() {
            for machine in &self.machines {
                if let Some(place) = known.get_mut(machine.name.as_str()) {
                    *place = Some(if place.is_none() { Some(machine) } else { None });
                }
            }
        }
        let of_target = |target: &Target| match target {
            Target::Machine(target) => known.get(target.machine.as_str()).copied()??,
            Target::Rollout(_) => None,
        };
        command.targets.iter().map(of_target).collect()
    }

    /// Where a machine is, line by line.
    fn whereabouts(&self, machine: &Machine) -> Vec<String> {
        let pool = match machine.machine_pool_id {
            Some(pool) => vec![
                format!("cluster  {}", self.cluster_name(pool)),
                format!("pool     {}", self.pool_name(pool)),
            ],
            None => vec!["pool     none".to_owned()],
        };
        let name = std::iter::once(format!("machine  {}, {}", machine.name, machine.status));
        pool.into_iter().chain(name).collect()
    }

    /// The request that carries a change of one machine out.
    ///
    /// # Errors
    /// When it does not fit the machine any more: why.
    pub(super) fn request_of_machine(
        verb: Verb,
        target: &MachineTarget,
        known: Option<&Machine>,
    ) -> Result<Request, String> {
        let Some(known) = known else {
            return Err(format!("there is no one machine {}", target.machine));
        };
        if let Some(why) = cannot(verb, known) {
            return Err(why);
        }
        let machine = known.id;
        match verb {
            Verb::Hold => Ok(Request::HoldMachine { machine }),
            Verb::Unhold => Ok(Request::UnholdMachine { machine }),
            Verb::Exclude => Ok(Request::ExcludeMachine { machine }),
            Verb::Include => Ok(Request::IncludeMachine { machine }),
            _ => Err(format!("{} is not of machines", verb.word())),
        }
    }
}
