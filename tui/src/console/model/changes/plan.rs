//! The order that changes some machines or pools, and what it will do.

use appliance::{Machine, MachineStatus, Text};

use super::{CHOOSE_MACHINE, change_of};
use crate::console::command::{About, Command, MachineTarget, PoolTarget, Target, Verb};
use crate::console::model::plan::{LeftOut, line, none_fits};
use crate::console::model::{Fleet, Model, Plan, RowId};

impl Model {
    /// The order that changes some machines or pools.
    ///
    /// # Errors
    /// When it fits none of them: why, in words.
    pub(in crate::console::model) fn plan_change(
        &self,
        verb: Verb,
        to: Option<Text>,
        rows: &[RowId],
    ) -> Result<Plan, String> {
        let (mut targets, mut left_out): (Vec<_>, Vec<LeftOut>) = (Vec::new(), Vec::new());
        for row in rows {
            match self.fleet.cannot_of_row(verb, *row) {
                Some(why) => left_out.push((None, why)),
                None => targets.extend(self.fleet.target_of_row(*row)),
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
                to,
                saves: false,
            },
            left_out: left_out.into_iter().map(line).collect(),
        })
    }

    /// What a change will do.
    pub(in crate::console::model) fn change_told(&self, command: &Command) -> Vec<String> {
        let machines: Vec<&Machine> = self
            .fleet
            .machines_of(command)
            .into_iter()
            .flatten()
            .collect();
        let mut told = match (&*command.targets, &*machines) {
            ([Target::Pool(pool)], _) => vec![
                format!("cluster  {}", pool.cluster),
                format!("pool     {}", pool.pool),
            ],
            (_, [machine]) => self.fleet.whereabouts(machine),
            (targets, _) => {
                let names: Vec<_> = targets.iter().map(Target::to_string).collect();
                let what = match command.verb.about() {
                    About::Pools => "pools",
                    _ => "machines",
                };
                vec![format!("{} {what}: {}", names.len(), names.join(", "))]
            }
        };
        told.extend(command.to.as_ref().map(|to| format!("to       {to}")));
        let effect = change_of(command.verb).map_or("", |change| change.effect);
        told.push(format!("{}: {effect}.", command.verb.label()));
        if self.applies_at_once() {
            told.push(self.at_once(command, machines.len()));
        } else if command.verb.makes_revision() {
            told.push(if command.saves {
                "It is saved for later: nothing reboots now.".to_owned()
            } else {
                "It is applied at once: what it is for is drained and rebooted.".to_owned()
            });
        }
        if matches!(command.verb, Verb::Hold | Verb::Exclude) {
            told.extend(under_way(&machines));
        }
        if matches!(command.verb, Verb::Decommission | Verb::Delete) {
            told.push("No order takes this back.".to_owned());
        }
        told
    }
}

impl Model {
    /// That the public API applies a change at once, and to how many machines.
    fn at_once(&self, command: &Command, machines: usize) -> String {
        let pools = command.targets.iter().filter_map(|target| match target {
            Target::Pool(target) => self.fleet.pool_named(&target.cluster, &target.pool),
            Target::Rollout(_) | Target::Machine(_) => None,
        });
        let of_pools: u32 = pools.map(|pool| self.fleet.counts(pool.id).all).sum();
        let reboots = machines + of_pools as usize;
        let who = if reboots == 1 {
            "1 machine is".to_owned()
        } else {
            format!("{reboots} machines are")
        };
        format!("The API applies it at once: {who} drained and rebooted.")
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
pub(super) fn cannot(verb: Verb, machine: &Machine) -> Option<String> {
    let name = &machine.name;
    let is_in_pool = machine.machine_pool_id.is_some();
    let is_new = machine.status == MachineStatus::Preregistered;
    match (verb, machine.held, machine.excluded) {
        (Verb::Hold | Verb::Unhold, None, _) | (Verb::Exclude | Verb::Include, _, None) => {
            Some(format!("the appliance does not tell it of {name}"))
        }
        (Verb::Hold, Some(true), _) => Some(format!("{name} is held already")),
        (Verb::Unhold, Some(false), _) => Some(format!("{name} is not held")),
        (Verb::Exclude, _, Some(true)) => Some(format!("{name} is excluded already")),
        (Verb::Include, _, Some(false)) => Some(format!("{name} is not excluded")),
        (Verb::Unassign | Verb::ForceRemove | Verb::Decommission, ..) if !is_in_pool => {
            Some(format!("{name} is in no pool"))
        }
        (Verb::Delete, ..) if is_in_pool => Some(format!(
            "{name} is in a pool: it has to be unassigned first"
        )),
        (Verb::Enroll, ..) if !is_new => Some(format!("{name} is enrolled already")),
        _ => None,
    }
}

impl Fleet {
    /// Why a change cannot be of a row now; `None` where it can.
    pub(super) fn cannot_of_row(&self, verb: Verb, row: RowId) -> Option<String> {
        match (row, verb.about()) {
            (RowId::Machine(machine), About::Machines) => match self.machine(machine) {
                Some(machine) => cannot(verb, machine),
                None => Some("the machine is gone".to_owned()),
            },
            (RowId::Pool(pool), About::Pools) => match self.pool(pool) {
                Some(_) => None,
                None => Some("the pool is gone".to_owned()),
            },
            _ => Some(CHOOSE_MACHINE.to_owned()),
        }
    }

    pub(super) fn target_of_row(&self, row: RowId) -> Option<Target> {
        match row {
            RowId::Machine(machine) => Some(Target::Machine(MachineTarget {
                machine: self.machine(machine)?.name.clone(),
            })),
            RowId::Pool(pool) => Some(Target::Pool(PoolTarget {
                cluster: self.cluster_name(pool),
                pool: self.pool_name(pool),
            })),
            _ => None,
        }
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
}
