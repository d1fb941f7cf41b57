//! Machines that ask for their turn themselves, each at its own ticks: a slot that is free waits for the next machine
//! that asks, and a tick at which no slot is free is lost.
//!
//! Ticks at which nothing could start cost nothing: when a slot becomes free, each machine's next tick is worked out
//! from its last one.

use super::event::Observer;
use super::machine::Reason;
use super::world::World;
use super::{MachineIndex, PoolIndex};
use crate::engine::{Class, Concern, Span, Time};
use crate::scenario::Poll;

/// A machine's ticks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ticks {
    /// The next one, or one that is past.
    next: Time,
    /// How often one was drawn in this rollout: part of the key of the next draw.
    drawn: u32,
}

/// What the draws of ticks are for: a number that no phase has.
const TICK: u32 = 0xfe;
/// Ticks that are drawn one by one to catch up. After more of them, whatever the first was has long been forgotten: the
/// time to the next is uniform over a period.
const CAUGHT_UP: u32 = 64;

impl World {
    /// How the machines of a pool ask; `None` where they are given their turns.
    fn poll(&self, pool: PoolIndex) -> Option<Poll> {
        self.blueprint.plan(pool).policy.poll.clone()
    }

    /// Whether the machines of the pool ask for their turns.
    pub(super) fn is_polled(&self, pool: PoolIndex) -> bool {
        self.blueprint.plan(pool).policy.poll.is_some()
    }

    /// Whether a machine that is neither down nor cordoned could start, as far as slots go.
    pub(super) fn has_free_slot(&self, pool: PoolIndex) -> bool {
        let state = &self.pools[pool.at()];
        state.used < self.blueprint.slots(pool) + state.stand_ins
    }

    /// What a machine waits for that could start: the canaries, a slot, or where one is free its own tick.
    pub(super) fn turn(&self, pool: PoolIndex) -> Reason {
        if self.are_canaries_awaited(pool) || self.sends_named_canaries(pool) {
            Reason::Canary
        } else if self.is_polled(pool) && self.has_free_slot(pool) {
            Reason::Poll
        } else {
            Reason::Slot
        }
    }

    /// The agents of a pool's machines learn of a rollout that starts.
    pub(super) fn start_ticks(&mut self, pool: PoolIndex) {
        if !self.is_polled(pool) {
            return;
        }
        for machine in self.blueprint.machines_of(pool) {
            self.ticks[machine.at()].drawn = 0;
            self.agent_starts(machine);
        }
    }

    /// A machine's agent starts, and asks for the first time after a while.
    pub(super) fn agent_starts(&mut self, index: MachineIndex) {
        let Some(poll) = self.poll(self.machine(index).pool) else {
            return;
        };
        let first = match poll.first.as_fixed() {
            Some(first) => first,
            None => poll.first.quantile(self.draw_tick(index)),
        };
        self.ticks[index.at()].next = self.now() + first;
    }

    fn draw_tick(&mut self, index: MachineIndex) -> f64 {
        let rollout = self.rollout_key(self.machine(index).pool);
        let ticks = &mut self.ticks[index.at()];
        ticks.drawn += 1;
        let occurrence = rollout.repetition << 16 | (ticks.drawn & 0xffff);
        let concern = Concern(rollout.revision << 8 | TICK);
        self.seed
            .draw(self.blueprint.key(index), concern, occurrence)
            .first
    }

    /// The machine's next tick, now or later.
    fn next_tick(&mut self, index: MachineIndex, poll: &Poll) -> Time {
        let now = self.now();
        let period = poll.period.as_millis();
        if poll.jitter == 0.0 {
            let next = &mut self.ticks[index.at()].next;
            let missed = now.since(*next).as_millis().div_ceil(period);
            *next = *next + Span::from_millis(missed * period);
            return *next;
        }
        for _ in 0..CAUGHT_UP {
            let next = self.ticks[index.at()].next;
            if next >= now {
                return next;
            }
            let longer = 1.0 + poll.jitter * self.draw_tick(index);
            self.ticks[index.at()].next =
                next + Span::nearest(poll.period.as_millis_f64() * longer);
        }
        let share = self.draw_tick(index);
        let next = now + Span::nearest(poll.period.as_millis_f64() * share);
        self.ticks[index.at()].next = next;
        next
    }

    /// Starts every machine that asks now and may start, and waits for the next that will ask.
    pub(super) fn machines_ask<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        self.tell_turns(pool, observer);
        let Some(asking) = self.poll(pool) else {
            return;
        };
        while self.may_start(pool) {
            let is_free = self.has_free_slot(pool);
            let candidates: Vec<_> = self
                .blueprint
                .machines_of(pool)
                .filter(|machine| {
                    let has_slot = is_free || self.machine(*machine).uses_slot();
                    has_slot && self.has_its_turn(pool, *machine)
                })
                .collect();
            let asks = candidates
                .into_iter()
                .map(|machine| (self.next_tick(machine, &asking), machine))
                .min();
            let (Some((at, machine)), Some(operation)) = (asks, self.pools[pool.at()].going_on)
            else {
                break;
            };
            if at > self.now() {
                let starter = self.blueprint.starter(pool);
                self.agenda.schedule(starter, at, Class::Attempt);
                break;
            }
            self.start(machine, operation, observer);
        }
        self.tell_turns(pool, observer);
    }

    /// Tells why machines wait, where a slot came or went since it was told last.
    fn tell_turns<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        let is_free = self.has_free_slot(pool);
        if self.pools[pool.at()].is_free_told != is_free {
            self.pools[pool.at()].is_free_told = is_free;
            self.tell_waiting(pool, observer);
        }
    }

    /// What a pool counts its machines by has changed or will: where they ask for their turns, why they wait may change
    /// with it.
    pub(super) fn turns_change(&mut self, pool: PoolIndex) {
        if self.is_polled(pool) && self.pools[pool.at()].going_on.is_some() {
            self.close_waiting(pool);
            self.wake_starter(pool);
        }
    }
}
