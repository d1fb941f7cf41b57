//! A plan: which of the chosen rows an order is for, which it leaves out and why, and what it will do.

use std::collections::{BTreeMap, BTreeSet};

use appliance::{MachinePoolId, Rollout, Text};

use super::cause;
use super::check::already;
use super::entry::operation_state;
use super::offer::CHOOSE;
use super::{Model, RowId, Scope, View};
use crate::console::command::{About, Command, RolloutTarget, Subject, Target, Verb};
use crate::console::keys::Action;

/// An order, and what of the chosen rows it leaves out.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The order.
    pub command: Command,
    /// Why others of the chosen rows are not among its targets, line by line.
    pub left_out: Vec<String>,
}

/// What is asked for of some rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// What a key orders of revisions and operations.
    Rollout(Action),
    /// A change of machines or pools, and to what.
    Change(Verb, Option<Text>),
}

/// Machines that a plan names one by one.
const NAMED: usize = 5;
/// Reasons that a plan without targets names one by one.
const REASONS: usize = 3;

/// The machines of a pool that a rollout reboots.
#[derive(Default)]
struct Reboots {
    count: usize,
    named: Vec<String>,
}

impl Model {
    /// The rows that an order would be for: the marked ones, or else the one under the cursor, or else what the view
    /// is about. Machines, windows and what is wrong stand for their pools.
    pub fn chosen(&self) -> Vec<RowId> {
        if !self.place.marks.is_empty() {
            let rows: BTreeSet<RowId> = self
                .place
                .marks
                .iter()
                .map(|row| self.orderable(*row))
                .collect();
            return rows.into_iter().collect();
        }
        let row = || self.row_under_cursor();
        let at_hand = match self.place.view {
            // What these are about is meant wherever the cursor is in them.
            View::Operation(operation) => Some(RowId::Operation(operation)),
            View::Machine(machine) => Some(RowId::Machine(machine)),
            View::Pools(Scope::Pool(pool))
            | View::Machines(Scope::Pool(pool))
            | View::Revisions(Scope::Pool(pool))
            | View::Operations(Scope::Pool(pool)) => row().or(Some(RowId::Pool(pool))),
            _ => row(),
        };
        at_hand.map(|row| self.orderable(row)).into_iter().collect()
    }

    /// The pool of a machine or a window; any other row as it is.
    fn orderable(&self, row: RowId) -> RowId {
        let pool = match row {
            RowId::Machine(machine) => self
                .fleet
                .machine(machine)
                .and_then(|machine| machine.machine_pool_id),
            RowId::Window(pool, _) => Some(pool),
            RowId::Trouble(pool, _) => pool,
            _ => None,
        };
        pool.map_or(row, RowId::Pool)
    }

    /// Whether an action can be taken here and now. Of marked rows a plan tells.
    pub fn offers(&self, action: Action) -> bool {
        if self.disabled(action).is_some() {
            return false;
        }
        if action == Action::Change && self.place.marks.is_empty() {
            return !self.chosen_for_change().is_empty();
        }
        let is_order = matches!(
            action,
            Action::Apply | Action::Retry | Action::Cancel | Action::PauseOrResume
        );
        if !is_order || !self.place.marks.is_empty() {
            return true;
        }
        let mut rows = self.chosen().into_iter();
        rows.any(|row| self.fleet.offer(action, row).is_ok())
    }

    /// Whether to pause or resume what is under the cursor is to resume it.
    pub fn resumes(&self) -> bool {
        self.place.marks.is_empty()
            && self.chosen().first().is_some_and(|row| {
                let offer = self.fleet.offer(Action::PauseOrResume, *row);
                offer.is_ok_and(|(verb, _)| verb == Verb::Resume)
            })
    }

    /// The order for some rows.
    ///
    /// # Errors
    /// When none of the rows fits: why, in words.
    pub fn plan(&self, intent: &Intent, rows: &[RowId]) -> Result<Plan, String> {
        match intent {
            Intent::Rollout(action) => self.plan_rollout(*action, rows),
            Intent::Change(verb, to) => self.plan_change(*verb, to.clone(), rows),
        }
    }

    fn plan_rollout(&self, action: Action, rows: &[RowId]) -> Result<Plan, String> {
        let (mut offers, mut left_out) = (Vec::new(), Vec::new());
        for row in rows {
            match self.fleet.offer(action, *row) {
                Ok(offer) => offers.push(offer),
                Err(why) => left_out.push((self.cluster_of_row(*row), why)),
            }
        }
        // Of what could be paused and what could be resumed, the first is meant: an order is for one thing.
        let pauses = offers.iter().any(|(verb, _)| *verb == Verb::Pause);
        let Some(verb) = offers
            .first()
            .map(|(verb, _)| if pauses { Verb::Pause } else { *verb })
        else {
            return Err(none_fits(rows.len(), &left_out));
        };
        let mut targets: Vec<RolloutTarget> = Vec::new();
        for (offered, target) in offers {
            if offered != verb {
                left_out.push((Some(target.cluster.to_string()), already(verb, &target)));
            } else if !targets.contains(&target) {
                targets.push(target);
            }
        }
        if verb == Verb::Apply {
            left_out.extend(keep_newest(&mut targets));
        }
        Ok(Plan {
            command: Command {
                verb,
                context: self.context.clone(),
                targets: targets.into_iter().map(Target::Rollout).collect(),
                to: None,
                saves: false,
            },
            left_out: left_out.into_iter().map(line).collect(),
        })
    }

    fn cluster_of_row(&self, row: RowId) -> Option<String> {
        let pool = match row {
            RowId::Pool(pool) | RowId::Revision(pool, _) | RowId::Window(pool, _) => pool,
            RowId::Operation(operation) => self.fleet.pool_of_operation(operation)?,
            RowId::Cluster(cluster) => return Some(self.fleet.cluster(cluster)?.name.to_string()),
            RowId::Machine(_)
            | RowId::Trouble(..)
            | RowId::Unassigned
            | RowId::Event(_)
            | RowId::Gap(_)
            | RowId::Phase(_)
            | RowId::Budget(_)
            | RowId::Pod(_)
            | RowId::Run(..)
            | RowId::Wait(_)
            | RowId::Note(_) => return None,
        };
        Some(self.fleet.cluster_name(pool).to_string())
    }

    /// What an order will do, line by line.
    pub fn consequences(&self, command: &Command, left_out: &[String]) -> Vec<String> {
        let mut told = vec![format!("{}  {}", self.fleet_word(), self.context)];
        if command.verb.about() == About::Rollouts {
            told.extend(self.rollouts_told(command));
        } else {
            told.extend(self.change_told(command));
        }
        told.extend(self.forecast_of(command));
        if !left_out.is_empty() {
            told.push(String::new());
            told.push(format!("left out ({}):", left_out.len()));
            told.extend(left_out.iter().map(|why| format!("- {why}")));
        }
        told.push(String::new());
        told.push(command.to_string());
        told
    }

    /// What an order to pools or operations will do.
    fn rollouts_told(&self, command: &Command) -> Vec<String> {
        let mut told = Vec::new();
        let reboots = self.reboots(command);
        let targets: Vec<_> = command.rollouts().collect();
        match *targets {
            [target] => {
                told.push(format!("cluster  {}", target.cluster));
                told.push(format!("pool     {}", target.pool));
                told.extend(self.effects(command.verb, target, &reboots));
            }
            _ => {
                for target in &targets {
                    let RolloutTarget { cluster, pool, .. } = target;
                    told.push(String::new());
                    told.push(format!("cluster {cluster}, pool {pool}"));
                    let effects = self.effects(command.verb, target, &reboots);
                    told.extend(effects.into_iter().map(|effect| format!("  {effect}")));
                }
            }
        }
        if command.verb == Verb::Cancel {
            if targets.len() > 1 {
                told.push(String::new());
            }
            told.push("A cancelled operation cannot be resumed.".to_owned());
        }
        told
    }

    /// What an order will do to one target.
    fn effects(
        &self,
        verb: Verb,
        target: &RolloutTarget,
        reboots: &BTreeMap<MachinePoolId, Reboots>,
    ) -> Vec<String> {
        let Some(pool) = self.fleet.pool_of_target(target).map(|pool| pool.id) else {
            return Vec::new();
        };
        let mut told = Vec::new();
        match target.subject {
            Subject::Pool { from, .. } => {
                let now = from.map_or(String::new(), |from| format!(", now on {from}"));
                told.push(format!("revision {}{now}", target.revision));
            }
            Subject::Operation { operation } => told.push(format!(
                "rollout  operation {}, to revision {}",
                operation.0, target.revision
            )),
        }
        match (verb, &target.subject) {
            (Verb::Apply | Verb::Retry, _) => {
                let nobody = Reboots::default();
                let reboots = reboots.get(&pool).unwrap_or(&nobody);
                told.extend(reboots.told(verb));
            }
            (_, Subject::Operation { operation }) => {
                let operation = self.fleet.operation(*operation);
                let rollout = operation.and_then(|operation| operation.rollout.as_ref());
                told.extend(rollout.map(|rollout| left(verb, rollout)));
            }
            (_, Subject::Pool { .. }) => {}
        }
        let before = self.fleet.open_operation(pool);
        let before = before.filter(|_| verb == Verb::Apply);
        if let Some(open) = before {
            let state = operation_state(open).text;
            let id = open.id.0;
            told.push(format!("It waits for operation {id}, which is {state}."));
        }
        if matches!(verb, Verb::Apply | Verb::Retry | Verb::Resume) {
            told.extend(self.fleet.start_told(pool, before.is_some()));
        }
        if verb == Verb::Apply {
            told.extend(self.fleet.findings_told(pool));
        }
        told
    }

    /// The machines that each pool's rollout reboots: those that do not run the revision.
    fn reboots(&self, command: &Command) -> BTreeMap<MachinePoolId, Reboots> {
        let mut reboots = BTreeMap::new();
        if !matches!(command.verb, Verb::Apply | Verb::Retry) {
            return reboots;
        }
        let revisions: BTreeMap<MachinePoolId, u32> = command
            .rollouts()
            .filter_map(|target| Some((self.fleet.pool_of_target(target)?.id, target.revision)))
            .collect();
        for machine in &self.fleet.machines {
            let Some(pool) = machine.machine_pool_id else {
                continue;
            };
            let Some(revision) = revisions.get(&pool) else {
                continue;
            };
            if machine.machine_revision == Some(*revision) {
                continue;
            }
            let of_pool: &mut Reboots = reboots.entry(pool).or_default();
            of_pool.count += 1;
            if of_pool.named.len() < NAMED {
                of_pool.named.push(machine.name.to_string());
            }
        }
        reboots
    }
}

impl Reboots {
    fn told(&self, verb: Verb) -> Vec<String> {
        if self.count == 0 {
            return vec!["No machine will reboot: all run the revision.".to_owned()];
        }
        // Those of a retry may be drained or down already.
        let what = match (verb, self.count) {
            (Verb::Retry, 1) => "machine is left to be rebooted:",
            (Verb::Retry, _) => "machines are left to be rebooted:",
            (_, 1) => "machine will be drained and rebooted:",
            _ => "machines will be drained and rebooted:",
        };
        let more = self.count - self.named.len();
        let rest = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        vec![
            format!("{} {what}", self.count),
            format!("{}{rest}", self.named.join(", ")),
        ]
    }
}

/// What is left of a rollout that is paused, resumed or cancelled.
fn left(verb: Verb, rollout: &Rollout) -> String {
    let waiting = cause::left(rollout);
    let then = match verb {
        Verb::Cancel => "will not start",
        Verb::Pause => "will not start until it is resumed",
        _ => "will start in their turn",
    };
    format!(
        "{} in flight still end, {waiting} that wait {then}.",
        rollout.in_flight
    )
}

/// Why a row is left out, with its cluster.
pub(super) type LeftOut = (Option<String>, String);

pub(super) fn line((cluster, why): LeftOut) -> String {
    match cluster {
        Some(cluster) => format!("cluster {cluster}: {why}"),
        None => why,
    }
}

pub(super) fn none_fits(rows: usize, left_out: &[LeftOut]) -> String {
    match left_out {
        [] => CHOOSE.to_owned(),
        [(_, why)] => why.clone(),
        _ => {
            let told: Vec<_> = left_out
                .iter()
                .take(REASONS)
                .map(|why| line(why.clone()))
                .collect();
            let more = left_out.len() - told.len();
            let rest = if more > 0 {
                format!("; and {more} more")
            } else {
                String::new()
            };
            format!("none of {rows}: {}{rest}", told.join("; "))
        }
    }
}

/// Keeps of several revisions of one pool the newest. Returns the others, and why.
fn keep_newest(targets: &mut Vec<RolloutTarget>) -> Vec<LeftOut> {
    let mut newest: BTreeMap<_, u32> = BTreeMap::new();
    for target in targets.iter() {
        let pool = (target.cluster.clone(), target.pool.clone());
        let revision = newest.entry(pool).or_default();
        *revision = target.revision.max(*revision);
    }
    let mut left_out = Vec::new();
    targets.retain(|target| {
        let kept = newest[&(target.cluster.clone(), target.pool.clone())];
        if kept != target.revision {
            let why = format!("{target}: revision {kept} is applied instead");
            left_out.push((Some(target.cluster.to_string()), why));
        }
        kept == target.revision
    });
    left_out
}
