//! Who starts when: the slots of a pool, the order of its machines, batches.

use std::collections::VecDeque;
use std::sync::Arc;

use super::ages::Ages;
use super::blast::Blast;
use super::canaries::Canaries;
use super::event::Observer;
use super::machine::Membership;
use super::people::GateIndex;
use super::pods::plan::number;
use super::tally::Tally;
use super::windows::Windows;
use super::world::World;
use super::{MachineIndex, OperationIndex, PoolIndex};
use crate::engine::{Class, Concern};
use crate::phase::Phase;
use crate::scenario::{Mode, Order, Pool};
use crate::statistics::Sketch;

/// What changes of a pool.
#[derive(Clone, Debug, Default)]
pub(super) struct PoolState {
    /// Slots in use: machines in flight, and every other that is down or cordoned.
    pub(super) used: u32,
    /// Machines that wait for their turn and use a slot already.
    pub(super) waiting_on_slots: u32,
    /// Machines in flight whose slots have expired.
    pub(super) without_slot: u32,
    /// Spare machines that take workload.
    pub(super) stand_ins: u32,
    /// Machines that take workload.
    pub(super) open: u32,
    /// The fewest machines at once that took workload.
    pub(super) least_open: u32,
    /// How long its machines had which reason.
    pub(super) tally: Tally,
    /// How many milliseconds its machines' updates took, each from its turn until the machine was settled.
    pub(super) updates: Sketch,
    /// The operation that goes on.
    pub(super) going_on: Option<OperationIndex>,
    /// The operation that started last.
    pub(super) latest: Option<OperationIndex>,
    /// Operations that wait for it to end.
    pub(super) queue: VecDeque<OperationIndex>,
    /// Which rollout goes on: part of the key of each draw.
    rollout: RolloutKey,
    /// The machines in the order of this rollout; `None` when that is the order of their numbers.
    order: Option<Arc<[u32]>>,
    /// Where in that order the search for the next machine goes on.
    pub(super) cursor: u32,
    /// The revision that was rolled out to it last; `None`: that of the start.
    pub(super) present: Option<u32>,
    /// How far its canaries are.
    pub(super) canaries: Canaries,
    /// What bad revisions did to it.
    pub(super) blast: Blast,
    /// How old the revisions are that its machines run.
    pub(super) ages: Ages,
    /// Its maintenance windows, as far as its rollouts meet them.
    pub(super) windows: Windows,
    /// The first of its gates that is red, while a rollout goes on.
    pub(super) red_gate: Option<GateIndex>,
    /// Whether its spare machines wait for a window to join in, or for a gate.
    pub(super) awaits_spares: bool,
    /// Whether a slot was free when it was last told why machines wait that ask for their turns.
    pub(super) is_free_told: bool,
}

/// What tells a rollout of a pool from every other, whatever else was rolled out before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RolloutKey {
    /// The revision.
    pub(super) revision: u32,
    /// How often this revision was rolled out to the pool before.
    pub(super) repetition: u32,
}

/// What the draws of a random order are for: a number that no phase has.
const ORDER: u32 = 0xff;

impl PoolState {
    /// A pool at the start.
    pub(super) fn new(pool: &Pool) -> Self {
        let machines = pool.machines.count();
        Self {
            ages: Ages::new(pool.revision, pool.revision_age, machines),
            ..Self::default()
        }
    }
}

impl World {
    /// Which rollout of the pool goes on.
    pub(super) fn rollout_key(&self, pool: PoolIndex) -> RolloutKey {
        self.pools[pool.at()].rollout
    }

    /// A machine came back, or a slot: the pool looks through its machines from the first one on.
    pub(super) fn search_again(&mut self, pool: PoolIndex) {
        self.pools[pool.at()].cursor = 0;
        self.wake_starter(pool);
    }

    /// The pool's operation that started last.
    pub fn latest_operation(&self, pool: PoolIndex) -> Option<OperationIndex> {
        self.pools[pool.at()].latest
    }

    /// Puts the pool's machines in order for a rollout that starts.
    pub(super) fn begin_rollout(&mut self, pool: PoolIndex, index: OperationIndex) {
        let operation = &self.operations[index.at()];
        let revision = operation.revision;
        if operation.task.is_some() {
            // One machine has no order, and its draws are keyed by itself.
            self.pools[pool.at()].cursor = 0;
            self.pools[pool.at()].order = None;
            return;
        }
        let started = self.operations.iter().filter(|operation| {
            let is_of_pool = operation.pool == pool && operation.task.is_none();
            is_of_pool && operation.revision == revision && operation.started.is_some()
        });
        let repetition = u32::try_from(started.count())
            .unwrap_or(u32::MAX)
            .saturating_sub(1);
        let plan = self.blueprint.plan(pool);
        let state = &mut self.pools[pool.at()];
        state.rollout = RolloutKey {
            revision,
            repetition,
        };
        state.cursor = 0;
        state.order.clone_from(&plan.order);
        if plan.policy.order == Order::Random {
            let concern = Concern(revision << 8 | ORDER);
            let draw = |machine| {
                let key = self.blueprint.key(MachineIndex(machine));
                self.seed.draw(key, concern, repetition).first
            };
            let mut drawn: Vec<_> = plan
                .machines
                .numbers()
                .into_iter()
                .map(|machine| (draw(machine), machine))
                .collect();
            drawn.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            state.order = Some(drawn.into_iter().map(|(_, machine)| machine).collect());
        }
    }

    /// A machine has come to the pool or left it: the order of the rollout that goes on follows.
    pub(super) fn order_anew(&mut self, pool: PoolIndex) {
        let plan = self.blueprint.plan(pool);
        let Some(order) = &self.pools[pool.at()].order else {
            return;
        };
        let anew = if plan.policy.order == Order::Random {
            let mut members = plan.machines.numbers();
            let mut anew: Vec<u32> = order.to_vec();
            anew.retain(|machine| members.contains(machine));
            members.retain(|machine| !anew.contains(machine));
            anew.extend(members);
            Some(anew.into())
        } else {
            plan.order.clone()
        };
        self.pools[pool.at()].order = anew;
        self.pools[pool.at()].cursor = 0;
    }

    /// Makes the pool look for machines to start, after everything else of this instant.
    pub(super) fn wake_starter(&mut self, pool: PoolIndex) {
        let starter = self.blueprint.starter(pool);
        self.agenda.schedule(starter, self.now(), Class::Attempt);
    }

    /// Starts every machine that may start now.
    pub(super) fn start_machines<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        if self.is_polled(pool) {
            self.machines_ask(pool, observer);
            return;
        }
        let plan_mode = self.blueprint.plan(pool).policy.mode;
        let mut is_first = true;
        while let Some(index) = self.pools[pool.at()].going_on {
            if !self.may_start(pool) {
                return;
            }
            let operation = &self.operations[index.at()];
            if is_first && plan_mode == Mode::LockStep && operation.in_flight > 0 {
                return;
            }
            is_first = false;
            let Some(machine) = self.next_to_start(pool, operation.in_flight) else {
                return;
            };
            self.start(machine, index, observer);
        }
    }

    /// Whether machines of the pool may start now, as far as slots allow it.
    pub(super) fn may_start(&self, pool: PoolIndex) -> bool {
        let state = &self.pools[pool.at()];
        let is_starting = state.going_on.is_some_and(|index| {
            let operation = &self.operations[index.at()];
            operation.is_starting() && !operation.is_paused
        });
        let is_free = is_starting && !self.are_canaries_awaited(pool);
        is_free && !self.is_shut(pool) && !self.is_waiting_for_spares(pool)
    }

    /// The next machine that may start: one that uses a slot already, or the next in order if a slot is free. Never
    /// are more in flight than there are slots.
    fn next_to_start(&mut self, pool: PoolIndex, in_flight: u32) -> Option<MachineIndex> {
        let slots = self.blueprint.slots(pool) + self.pools[pool.at()].stand_ins;
        if in_flight - self.pools[pool.at()].without_slot >= slots {
            return None;
        }
        if self.pools[pool.at()].waiting_on_slots > 0 {
            let down = self.find(pool, 0, |world, machine| world.machine(machine).uses_slot());
            if let Some((_, machine)) = down {
                return Some(machine);
            }
        }
        if self.pools[pool.at()].used >= slots {
            return None;
        }
        let from = self.pools[pool.at()].cursor;
        let found = self.find(pool, from, |_, _| true);
        let end = u32::MAX;
        self.pools[pool.at()].cursor = found.map_or(end, |(place, _)| place + 1);
        found.map(|(_, machine)| machine)
    }

    /// The first machine from `place` on in the rollout's order whose turn can be taken and that `suits`.
    fn find(
        &self,
        pool: PoolIndex,
        place: u32,
        suits: impl Fn(&Self, MachineIndex) -> bool,
    ) -> Option<(u32, MachineIndex)> {
        let machines = &self.blueprint.plan(pool).machines;
        let order = self.pools[pool.at()].order.as_deref();
        let at = |place: u32| match order {
            Some(order) => MachineIndex(order[place as usize]),
            None => machines.at(place),
        };
        let count = order.map_or(machines.size(), |order| number(order.len()));
        (place..count)
            .map(|place| (place, at(place)))
            .find(|(_, machine)| self.has_its_turn(pool, *machine) && suits(self, *machine))
    }

    pub(super) fn start<O: Observer>(
        &mut self,
        machine: MachineIndex,
        operation: OperationIndex,
        observer: &mut O,
    ) {
        let now = self.now();
        self.make_revision(machine, operation);
        let operation = &mut self.operations[operation.at()];
        operation.waiting -= 1;
        operation.in_flight += 1;
        operation.first_start.get_or_insert(now);
        operation.last_start = Some(now);
        let (revision, pool) = (operation.revision, operation.pool);
        self.note_start(pool);
        self.canary_starts(pool, observer);
        let revision = self.bootable(machine, revision);
        self.change(machine, |machine| {
            machine.membership = Membership::InFlight;
            machine.in_flight_since = now;
            machine.turn_since = now;
            machine.flying_since = now;
            machine.desired = revision;
            machine.retries = 0;
            machine.power_cycles = 0;
            machine.is_quarantined = false;
            machine.slot_expired = false;
            machine.setback = None;
        });
        if !self.machine(machine).is_up() {
            self.start_slot_clock(machine);
        }
        let failed_in = self.machine(machine).failed_in;
        self.go_on(machine, failed_in.unwrap_or(Phase::Cordon), observer);
    }
}
