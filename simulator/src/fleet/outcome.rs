//! How a run ended, as the row that an ensemble keeps of it.

use serde::{Deserialize, Serialize};

use super::blast::BlastEnd;
use super::event::Observer;
use super::machine::Reason;
use super::operation::Operation;
use super::pods::Figures;
use super::pods::plan::{BudgetIndex, number};
use super::pods::room::Room;
use super::progress::Deciles;
use super::stuck::Stuck;
use super::task::Task;
use super::world::World;
use super::{Blueprint, MachineIndex, OLD_DAYS, OperationIndex, PoolIndex, Unobserved, WindowUse};
use crate::engine::{RunSeed, Span, Time};
use crate::statistics::Packed;

use std::sync::Arc;

/// How a run, or one pool's part of it, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Every targeted machine is settled: it runs the revision, or is on the list of failed ones.
    Finished,
    /// A rollout was stopped (by its halting rule, its time limit or a cancel) with machines left.
    Halted,
    /// Nothing can happen any more, and machines are left.
    Stalled,
    /// The horizon was reached while something was still to happen.
    Horizon,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// How it ended.
    pub ending: Ending,
    /// Whether it finished and no machine failed.
    pub succeeded: bool,
    /// The end of its last rollout; `None` unless it finished, and when it had no rollout.
    pub end: Option<Time>,
    /// The earliest end that any schedule could have reached; `None` as for `end`.
    pub bound: Option<Time>,
    /// How many steps of the timeline were refused.
    pub refused_steps: u32,
    /// Whether what the scenario asks about instants is so, in its order; `None`: the instant was over before.
    pub states: Vec<Option<bool>>,
    /// Its pools, in the order of the scenario.
    pub pools: Vec<PoolRow>,
    /// What it counted of each workload, in the order of the scenario.
    pub workloads: Vec<Figures>,
    /// Budgets that a rollout broke: it took pods away although they allowed none.
    pub broken_budgets: Vec<BudgetIndex>,
    /// How long each budget allowed no disruption, in the order of the scenario.
    pub exhausted: Vec<Span>,
}

/// One pool's part of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolRow {
    /// How it ended.
    pub ending: Ending,
    /// Whether it finished and no machine failed.
    pub succeeded: bool,
    /// The end of its last rollout; `None` unless it finished, and when it had no rollout.
    pub end: Option<Time>,
    /// The earliest end that any schedule could have reached; `None` as for `end`.
    pub bound: Option<Time>,
    /// Its rollouts, in the order of the requests.
    pub rollouts: Vec<RolloutRow>,
    /// How many milliseconds its machines' updates took, each from its turn until the machine was settled.
    pub updates: Packed,
    /// Why its machines were where they were, from the start of each rollout until each was settled: all of them
    /// together.
    pub reasons: Vec<(Reason, Span)>,
    /// Why machines still wait at the end of a run that did not finish, each reason once.
    pub held_at_end: Vec<Reason>,
    /// Machines that are down at the end of a run that did not finish, and that nothing brings back.
    pub down_for_good: u32,
    /// What is left of its rollouts, where they stopped with machines left or can come to nothing more.
    pub stuck: Option<Stuck>,
    /// What its machines waited for, and how many did: of what drains wait for every machine that ever did, of the rest
    /// the most at once.
    pub waiters: Vec<(Reason, u32)>,
    /// The fewest machines that took workload at once.
    pub least_open: u32,
    /// The least room for pods that machines which took them had left at once; `None` where nothing runs on machines.
    pub least_room: Option<Room>,
    /// Machines that are cordoned at the end.
    pub left_cordoned: Vec<MachineIndex>,
    /// What its rollouts made of each window that they met, in order.
    pub windows: Vec<WindowUse>,
    /// How long its machines ran a revision older than each of [`super::OLD_DAYS`], all together, up to the horizon.
    pub old: [Span; OLD_DAYS.len()],
    /// How long machines were in it, on any revision, all together, up to the horizon.
    pub machine_time: Span,
    /// Boots that its machines began.
    pub boots: u64,
    /// Machines that began to boot a bad revision.
    pub met_bad: u32,
    /// What became of the last one; `None` where no machine did.
    pub blast_end: Option<BlastEnd>,
    /// Machines that were brought to it outside its queue.
    pub joining: u32,
    /// When the last of them had joined; `None` where one has not.
    pub last_joined: Option<Time>,
}

/// One rollout of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutRow {
    /// Which of the run's operations it is.
    pub operation: OperationIndex,
    /// The revision.
    pub revision: u32,
    /// What it does to one machine; `None`: it is a rollout to the pool.
    pub task: Option<Task>,
    /// When it was asked for.
    pub requested: Time,
    /// How long it took from the request to its end; `None` when it did not settle every machine.
    pub duration: Option<Span>,
    /// When its turn came; `None` while it is pending.
    pub started: Option<Time>,
    /// When its first machine started; `None` when none did.
    pub first_start: Option<Time>,
    /// When its last machine started; `None` when none did.
    pub last_start: Option<Time>,
    /// When it ended; `None` when it did not.
    pub ended: Option<Time>,
    /// When each tenth of its machines was settled; `None` where so many were not.
    pub deciles: Deciles,
    /// The longest time from a start of a machine, or a retry, to the end of that.
    pub longest_flight: Span,
    /// How many machines it moved.
    pub updated: u32,
    /// How many machines failed, those that were quarantined included.
    pub failed: u32,
    /// How many machines were set aside because their drain was given up.
    pub quarantined: u32,
}

impl Ending {
    /// The word in logs and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Halted => "halted",
            Self::Stalled => "stalled",
            Self::Horizon => "horizon",
        }
    }
}

impl RunRow {
    /// Makes one run of a scenario up to its end or its horizon.
    pub fn of_run(blueprint: &Arc<Blueprint>, seed: RunSeed) -> Self {
        Self::of_observed_run(&mut World::new(blueprint, seed), &mut Unobserved)
    }

    /// Runs `world` up to its end or its scenario's horizon, and tells `observer` of it.
    pub fn of_observed_run<O: Observer>(world: &mut World, observer: &mut O) -> Self {
        let horizon = world.blueprint().horizon();
        Self::up_to(world, horizon, observer)
    }

    /// Runs `world` up to its end or this horizon, and tells `observer` of it.
    pub fn up_to<O: Observer>(world: &mut World, horizon: Time, observer: &mut O) -> Self {
        let states = world.run_to_states(observer);
        world.run(horizon, observer);
        let pools: Vec<_> = world
            .blueprint()
            .pools()
            .map(|pool| world.pool_row(pool))
            .collect();
        let depot = world.blueprint().depot();
        let elsewhere = world.errands_ending(depot);
        let (end_elsewhere, least) = world.errands_end(depot);
        let endings = pools.iter().map(|pool| pool.ending);
        let ending = endings.chain([elsewhere]).max();
        let is_finished = ending == Some(Ending::Finished);
        let latest = |of: fn(&PoolRow) -> Option<Time>, elsewhere: Option<Time>| {
            let latest = pools.iter().filter_map(of).chain(elsewhere).max();
            latest.filter(|_| is_finished)
        };
        Self {
            ending: ending.unwrap_or(Ending::Finished),
            succeeded: pools.iter().all(|pool| pool.succeeded) && !world.has_failed_errand(depot),
            end: latest(|pool| pool.end, end_elsewhere),
            bound: latest(|pool| pool.bound, least),
            refused_steps: world.refused_steps,
            states,
            pools,
            workloads: world
                .blueprint()
                .workloads()
                .map(|workload| world.figures(workload))
                .collect(),
            exhausted: world
                .blueprint()
                .budgets()
                .map(|budget| world.exhausted_for(budget))
                .collect(),
            broken_budgets: world
                .blueprint()
                .budgets()
                .filter(|budget| world.pods.budgets[budget.at()].violations > 0)
                .collect(),
        }
    }
}

impl World {
    fn pool_row(&mut self, pool: PoolIndex) -> PoolRow {
        let ending = self.pool_ending(pool);
        let tally = self.tally(pool);
        let looked_to = self.blueprint.horizon().max(self.now());
        let rollouts = self.rollouts_of(pool);
        let operations: Vec<_> = self.operations_of(pool).collect();
        let is_finished = ending == Ending::Finished;
        let succeeded = operations.iter().all(|operation| operation.failed == 0);
        let end = operations
            .iter()
            .filter_map(|operation| operation.ended)
            .max();
        let slots = self.blueprint().slots(pool) + self.blueprint().surge(pool);
        let may_start = |at| self.may_start_from(pool, at);
        let queued: Vec<_> = operations
            .iter()
            .copied()
            .filter(|operation| operation.is_queued())
            .collect();
        let (_, least) = self.errands_end(pool);
        let bound = lower_bound(&queued, slots, may_start).max(least);
        PoolRow {
            ending,
            succeeded: is_finished && succeeded,
            end: end.filter(|_| is_finished),
            bound: bound.filter(|_| is_finished),
            rollouts,
            updates: self.pools[pool.at()].updates.packed(),
            reasons: tally.reasons(),
            waiters: tally.waiters(),
            stuck: self.stuck(pool, ending),
            least_open: self.least_open(pool),
            least_room: self.least_room(pool),
            windows: self.window_uses(pool),
            old: self.pools[pool.at()].ages.old(looked_to),
            machine_time: self.pools[pool.at()].ages.all(looked_to),
            boots: self.pools[pool.at()].ages.boots,
            met_bad: number(self.met_bad(pool)),
            blast_end: self.blast_end(pool),
            joining: number(self.errands_of(pool).count()),
            last_joined: self.last_joined(pool),
            held_at_end: self.held_at_end(pool, is_finished),
            down_for_good: if is_finished {
                0
            } else {
                self.down_for_good(pool)
            },
            left_cordoned: self
                .blueprint()
                .machines_of(pool)
                .chain(self.blueprint().spares_of(pool))
                .filter(|machine| self.machine(*machine).is_cordoned())
                .collect(),
        }
    }

    /// Why machines still wait, where the run did not finish.
    fn held_at_end(&self, pool: PoolIndex, is_finished: bool) -> Vec<Reason> {
        if is_finished {
            return Vec::new();
        }
        let machines = self.blueprint().machines_of(pool);
        let mut reasons: Vec<_> = machines
            .filter_map(|machine| self.reason(machine))
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        reasons
    }

    fn operations_of(&self, pool: PoolIndex) -> impl Iterator<Item = &Operation> {
        self.operations
            .iter()
            .filter(move |operation| operation.pool == pool)
    }

    fn rollouts_of(&self, pool: PoolIndex) -> Vec<RolloutRow> {
        let operations = (0..).map(OperationIndex).zip(&self.operations);
        operations
            .filter(|(_, operation)| operation.pool == pool && operation.is_queued())
            .map(|(index, operation)| rollout_row(index, operation))
            .collect()
    }

    /// A pool has finished when its last rollout has: what an earlier one left over, a later one took.
    fn pool_ending(&mut self, pool: PoolIndex) -> Ending {
        self.queue_ending(pool).max(self.errands_ending(pool))
    }

    /// How it ended for the machines that were on their way to a place.
    fn errands_ending(&mut self, place: PoolIndex) -> Ending {
        let open = self.errands_of(place).filter(|about| about.ended.is_none());
        let machines: Vec<_> = open
            .filter_map(|about| about.task)
            .map(|task| task.machine)
            .collect();
        let goes_on = |machine: &MachineIndex| self.agenda.is_pending(machine.entity());
        if machines.is_empty() {
            Ending::Finished
        } else if machines.iter().any(goes_on) || self.awaits_hands(place) {
            Ending::Horizon
        } else {
            Ending::Stalled
        }
    }

    /// When the last of the machines was there that were on their way to a place, and when it could have been at the
    /// earliest.
    fn errands_end(&self, place: PoolIndex) -> (Option<Time>, Option<Time>) {
        let ended = self.errands_of(place).filter_map(|about| about.ended);
        let least = self
            .errands_of(place)
            .map(|about| about.requested + about.longest);
        (ended.max(), least.max())
    }

    /// When the last machine had joined a pool; `None` where one has not.
    fn last_joined(&self, pool: PoolIndex) -> Option<Time> {
        let are_well = self.errands_of(pool).all(|about| about.updated > 0);
        self.errands_end(pool).0.filter(|_| are_well)
    }

    fn has_failed_errand(&self, place: PoolIndex) -> bool {
        self.errands_of(place).any(|about| about.failed > 0)
    }

    /// The operations that bring machines to a place, in no queue.
    fn errands_of(&self, place: PoolIndex) -> impl Iterator<Item = &Operation> {
        let is_pool = self.blueprint().is_pool(place);
        let of_place = self.operations_of(place);
        of_place.filter(move |about| !is_pool || !about.is_queued())
    }

    fn queue_ending(&mut self, pool: PoolIndex) -> Ending {
        let queued = |operation: &&Operation| operation.is_queued();
        let Some(last) = self.operations_of(pool).filter(queued).last() else {
            return Ending::Finished;
        };
        let (is_settled, has_ended) = (last.is_settled(), last.ended.is_some());
        if self.awaits_owner(pool) {
            Ending::Horizon
        } else if is_settled {
            Ending::Finished
        } else if has_ended {
            Ending::Halted
        } else if self.something_is_pending(pool) {
            Ending::Horizon
        } else {
            Ending::Stalled
        }
    }

    fn something_is_pending(&mut self, pool: PoolIndex) -> bool {
        let blueprint = Arc::clone(self.blueprint());
        let machines = || blueprint.machines_of(pool).chain(blueprint.spares_of(pool));
        let clocks = [
            blueprint.starter(pool),
            blueprint.operation_clock(pool),
            blueprint.slot_clock(pool),
            blueprint.canary_clock(pool),
        ];
        // An opening changes nothing where no slot will be free.
        let windows = self.would_start(pool).then(|| blueprint.window_clock(pool));
        let machines = machines().map(MachineIndex::entity);
        let mut entities = machines.chain(clocks).chain(windows);
        entities.any(|entity| self.agenda.is_pending(entity))
            || self.awaits_gate(pool)
            || self.awaits_hands(pool)
            || self.awaits_repair(pool)
            || self.awaits_harm(pool)
            || self.pods_are_moving(pool)
    }

    /// Whether a drain of the pool, or a pod that one may wait for, has something before it.
    fn pods_are_moving(&mut self, pool: PoolIndex) -> bool {
        if !self.blueprint().pods().hosts(pool) {
            return false;
        }
        let blueprint = Arc::clone(self.blueprint());
        let evictors = blueprint
            .machines_of(pool)
            .map(|machine| blueprint.evictor(machine));
        let pods = (0..number(self.pods.count())).map(|pod| blueprint.pod_entity(pod));
        evictors
            .chain(pods)
            .any(|entity| self.agenda.is_pending(entity))
    }
}

fn rollout_row(index: OperationIndex, operation: &Operation) -> RolloutRow {
    let settled = operation.ended.filter(|_| operation.is_settled());
    RolloutRow {
        operation: index,
        revision: operation.revision,
        task: operation.task,
        requested: operation.requested,
        started: operation.started,
        first_start: operation.first_start,
        last_start: operation.last_start,
        deciles: operation.deciles_at_end(),
        longest_flight: operation.longest_flight,
        ended: operation.ended,
        duration: settled.map(|ended| ended.since(operation.requested)),
        updated: operation.updated,
        failed: operation.failed,
        quarantined: operation.quarantined,
    }
}

/// The earliest end of a pool's rollouts under any schedule: each needs at least its longest machine, and at least all
/// its machines' time shared by the slots (Graham, *Bounds on multiprocessing timing anomalies*, SIAM J. Appl. Math.
/// 17, 1969), and begins neither before its request, nor before the end of the one before, nor outside a window.
fn lower_bound(
    operations: &[&Operation],
    slots: u32,
    may_start: impl Fn(Time) -> Time,
) -> Option<Time> {
    let mut bound = None;
    for operation in operations {
        let begins = operation.requested.max(bound.unwrap_or(Time::START));
        let begins = match operation.targeted {
            0 => begins,
            _ => may_start(begins),
        };
        let shared = operation.work.shared_by(u64::from(slots.max(1)));
        bound = Some(begins + operation.longest.max(shared));
    }
    bound
}
