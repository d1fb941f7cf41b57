//! Health gates: while one of a pool is red, nothing new starts in it.
//!
//! A gate costs nothing while no rollout of its pools goes on: its spells are a function of the seed and the clock, so
//! they are caught up with when a rollout begins.

use super::event::{Event, Observer};
use super::people::{GateIndex, GatePlan};
use super::world::World;
use super::{Blueprint, PoolIndex};
use crate::engine::{Class, Concern, RunSeed, Span, Time};

/// A gate, as far as it changes.
#[derive(Clone, Debug, Default)]
pub(super) struct GateState {
    /// Since when it is red; `None` while it is green, and while nobody looks.
    red_since: Option<Time>,
    /// Whether a rollout looks at it.
    is_watched: bool,
    /// The spell that comes by itself next, or that goes on.
    spell: Option<(Time, Time)>,
    /// How many of them were drawn.
    drawn: u32,
}

/// What the draws of a gate's spells are for: a number that no phase has.
const SPELL: Concern = Concern(0x32);
/// The shortest spell, and the shortest time between two.
const SHORTEST: Span = Span::from_secs(1);

impl GateState {
    /// Draws spells until one ends after `now`.
    fn catch_up(&mut self, plan: &GatePlan, seed: RunSeed, now: Time) {
        let Some(spells) = &plan.spec.spells else {
            return;
        };
        while self.spell.is_none_or(|(_, until)| until <= now) {
            let after = self.spell.map_or(Time::START, |(_, until)| until);
            let draw = seed.draw(plan.key, SPELL, self.drawn);
            self.drawn += 1;
            let from = after + spells.every.quantile(draw.first).max(SHORTEST);
            let until = from + spells.lasts.quantile(draw.second).max(SHORTEST);
            self.spell = Some((from, until));
        }
    }

    /// The spells that end after `now`.
    fn spells(&self, plan: &GatePlan, now: Time) -> impl Iterator<Item = (Time, Time)> {
        let given = plan.spec.red.iter().copied();
        given
            .chain(self.spell)
            .filter(move |(_, until)| *until > now)
    }

    /// Since when it is red at `now`, and when that may change.
    fn look(&self, plan: &GatePlan, now: Time) -> (Option<Time>, Option<Time>) {
        let covers = |(from, _): &(Time, Time)| *from <= now;
        let since = self.spells(plan, now).filter(covers).map(|(from, _)| from);
        match since.min() {
            Some(since) => {
                let ends = self.spells(plan, now).filter(covers);
                (Some(since), ends.map(|(_, until)| until).max())
            }
            None => (None, self.spells(plan, now).map(|(from, _)| from).min()),
        }
    }
}

impl World {
    /// A rollout of the pool begins or goes on: from now on its gates matter.
    pub(super) fn watch_gates<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        let gates: Vec<_> = self.blueprint.people().gates_of(pool).collect();
        for gate in gates {
            if !self.gates[gate.at()].is_watched {
                self.gates[gate.at()].is_watched = true;
                self.look_at_gate(gate, observer);
            }
        }
        self.pools[pool.at()].red_gate = self.first_red_gate(pool);
    }

    /// No rollout of the pool goes on any more.
    pub(super) fn leave_gates(&mut self, pool: PoolIndex) {
        self.pools[pool.at()].red_gate = None;
        let gates: Vec<_> = self.blueprint.people().gates_of(pool).collect();
        for gate in gates {
            let pools = self.blueprint.people().pools_of_gate(gate);
            let goes_on = |pool: &PoolIndex| self.pools[pool.at()].going_on.is_some();
            if !pools.iter().any(goes_on) {
                let state = &mut self.gates[gate.at()];
                state.is_watched = false;
                state.red_since = None;
                self.agenda.cancel(self.blueprint.gate_clock(gate));
            }
        }
    }

    /// A gate turns red or green.
    pub(super) fn gate_edge<O: Observer>(&mut self, gate: GateIndex, observer: &mut O) {
        let mut pools = self.blueprint.people().pools_of_gate(gate);
        pools.retain(|pool| self.pools[pool.at()].going_on.is_some());
        for pool in &pools {
            self.close_waiting(*pool);
        }
        self.look_at_gate(gate, observer);
        for pool in pools {
            let was_red = self.pools[pool.at()].red_gate;
            let red = self.first_red_gate(pool);
            if was_red == red {
                continue;
            }
            self.pools[pool.at()].red_gate = red;
            self.tell_waiting(pool, observer);
            if !self.is_shut(pool) {
                self.call_spares_late(pool, observer);
                self.attempt_retries(pool);
                self.search_again(pool);
            }
        }
    }

    /// Whether nothing may start in the pool by its windows and gates.
    pub(super) fn is_shut(&self, pool: PoolIndex) -> bool {
        let state = &self.pools[pool.at()];
        state.windows.is_shut || state.red_gate.is_some()
    }

    /// Since when a gate is red, while a rollout looks at it.
    pub fn red_since(&self, gate: GateIndex) -> Option<Time> {
        self.gates[gate.at()].red_since
    }

    /// Whether the pool waits for a gate that may turn green.
    pub(super) fn awaits_gate(&mut self, pool: PoolIndex) -> bool {
        let Some(gate) = self.pools[pool.at()].red_gate else {
            return false;
        };
        let clock = self.blueprint.gate_clock(gate);
        self.would_start(pool) && self.agenda.is_pending(clock)
    }

    fn first_red_gate(&self, pool: PoolIndex) -> Option<GateIndex> {
        let mut gates = self.blueprint.people().gates_of(pool);
        gates.find(|gate| self.gates[gate.at()].red_since.is_some())
    }

    /// Looks whether a gate is red, tells what changed, and makes the next change pending.
    fn look_at_gate<O: Observer>(&mut self, gate: GateIndex, observer: &mut O) {
        let now = self.now();
        let plan = &self.blueprint.people().gates[gate.at()];
        let state = &mut self.gates[gate.at()];
        state.catch_up(plan, self.seed, now);
        let before = state.red_since;
        let (since, next) = state.look(plan, now);
        // Spells that touch are one.
        state.red_since = since.map(|since| before.unwrap_or(since));
        let red_since = state.red_since;
        let clock = self.blueprint.gate_clock(gate);
        match next {
            Some(next) => self.agenda.schedule(clock, next, Class::WindowEdge),
            None => self.agenda.cancel(clock),
        }
        match (before, red_since) {
            (None, Some(since)) => self.tell(observer, || Event::GateRed { gate, since }),
            (Some(since), None) => self.tell(observer, || Event::GateGreen {
                gate,
                after: now.since(since),
            }),
            _ => {}
        }
    }
}

impl Blueprint {
    /// The name of a gate.
    pub fn gate_name(&self, gate: GateIndex) -> &str {
        &self.people().gates[gate.at()].spec.name
    }
}
