//! How long the machines of a pool's rollouts had which reason: so that every second of a machine has exactly one, and
//! the parts sum up to the whole.
//!
//! A phase's time is counted when it ends. Machines that wait are counted together: how many there are of each
//! standing, since when.

use std::collections::{BTreeMap, BTreeSet};

use super::machine::{Activity, Machine, Membership, Reason};
use super::world::World;
use super::{MachineIndex, PoolIndex};
use crate::engine::{Span, Time};
use crate::phase::Phase;

/// What a pool's machines spent their time with, from the start of its rollouts until each was settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    phases: [Span; Phase::ALL.len()],
    others: BTreeMap<Reason, Span>,
    waiting: [u32; STANDINGS],
    since: Time,
    /// The most machines at once that waited for their turn or a repair, by what for.
    most: BTreeMap<Reason, u32>,
    /// The machines whose drains waited, with what for.
    drained: BTreeSet<(Reason, u32)>,
}

/// Where a machine stands that takes part in an operation and is in no phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It could start.
    Slot,
    /// It is without power, or boots by itself.
    Power,
    /// It waits for its retry.
    Backoff,
    /// Its update was cut off, and it is without power.
    Powerless,
    /// Somebody drains it by hand.
    Draining,
    /// Its turn is held.
    Held,
    /// It is dead, and its turn has not come.
    Dead,
    /// It died in its update.
    DeadInFlight,
}

const STANDINGS: usize = 8;
const EACH: [Standing; STANDINGS] = [
    Standing::Slot,
    Standing::Power,
    Standing::Backoff,
    Standing::Powerless,
    Standing::Draining,
    Standing::Held,
    Standing::Dead,
    Standing::DeadInFlight,
];

impl Tally {
    /// So many machines waited at once.
    fn most_waited(&mut self, reason: Reason, machines: u32) {
        if matches!(reason, Reason::Phase(_)) || machines == 0 {
            return;
        }
        match self.most.get_mut(&reason) {
            Some(most) => *most = machines.max(*most),
            None => {
                self.most.insert(reason, machines);
            }
        }
    }

    fn add(&mut self, reason: Reason, span: Span) {
        if span.is_zero() {
            return;
        }
        match reason {
            Reason::Phase(phase) => self.phases[phase as usize] += span,
            other => *self.others.entry(other).or_default() += span,
        }
    }

    /// What machines waited for, and how many did: of what drains wait for every machine that ever did, of the rest the most
    /// at once.
    pub fn waiters(&self) -> Vec<(Reason, u32)> {
        let mut waiters = self.most.clone();
        for (reason, _) in &self.drained {
            *waiters.entry(*reason).or_default() += 1;
        }
        waiters.into_iter().collect()
    }

    /// Every reason that some machine had, and for how long all together.
    pub fn reasons(&self) -> Vec<(Reason, Span)> {
        let phases = Phase::ALL
            .into_iter()
            .map(|phase| (Reason::Phase(phase), self.phases[phase as usize]));
        let others = self.others.iter().map(|(reason, span)| (*reason, *span));
        others
            .chain(phases)
            .filter(|(_, span)| !span.is_zero())
            .collect()
    }
}

impl Machine {
    /// Where it stands, if it takes part in an operation and is in no phase of its update.
    pub(super) fn standing(&self) -> Option<Standing> {
        match (self.membership, self.activity) {
            (Membership::Waiting, _) if self.condition.held => Some(Standing::Held),
            (Membership::InFlight | Membership::Waiting, Activity::Backoff(_)) => {
                Some(Standing::Backoff)
            }
            (Membership::InFlight, Activity::Powerless(_)) if self.condition.dead => {
                Some(Standing::DeadInFlight)
            }
            (Membership::InFlight, Activity::Powerless(_)) => Some(Standing::Powerless),
            (Membership::Waiting, Activity::Phase(Phase::Drain)) => Some(Standing::Draining),
            (Membership::Waiting, _) if self.condition.dead => Some(Standing::Dead),
            (Membership::Waiting, _) if self.can_start() => Some(Standing::Slot),
            (Membership::Waiting, _) => Some(Standing::Power),
            _ => None,
        }
    }
}

impl World {
    /// Counts a length of time for what a machine's drain waits for.
    pub(super) fn note_drain(&mut self, machine: MachineIndex, reason: Reason, span: Span) {
        let pool = self.machine(machine).pool;
        let tally = &mut self.pools[pool.at()].tally;
        tally.add(reason, span);
        if !span.is_zero() && !matches!(reason, Reason::Phase(_)) {
            tally.drained.insert((reason, machine.0));
        }
    }

    /// Counts a length of time for a reason of the pool's machines.
    pub(super) fn note_time(&mut self, pool: PoolIndex, reason: Reason, span: Span) {
        self.pools[pool.at()].tally.add(reason, span);
    }

    /// A machine of the pool stands elsewhere from now on.
    pub(super) fn note_standing(
        &mut self,
        pool: PoolIndex,
        before: Option<Standing>,
        after: Option<Standing>,
    ) {
        self.close_waiting(pool);
        let waiting = &mut self.pools[pool.at()].tally.waiting;
        if let Some(before) = before {
            waiting[before as usize] -= 1;
        }
        if let Some(after) = after {
            waiting[after as usize] += 1;
        }
    }

    /// Counts the time of all machines that wait, up to now: before what holds them changes.
    pub(super) fn close_waiting(&mut self, pool: PoolIndex) {
        let held = self.held(pool);
        let turn = self.turn(pool);
        let repair = self.repair_reason(pool);
        let goes_on = self.pools[pool.at()].going_on.is_some();
        let now = self.now();
        let tally = &mut self.pools[pool.at()].tally;
        let elapsed = now.since(tally.since);
        tally.since = now;
        if elapsed.is_zero() || !goes_on {
            return;
        }
        let mut together = 0;
        for standing in EACH {
            let machines = u64::from(tally.waiting[standing as usize]);
            if machines == 0 {
                continue;
            }
            let reason = match standing {
                Standing::Powerless => Reason::Power,
                Standing::Slot => held.unwrap_or(turn),
                Standing::Power => held.unwrap_or(Reason::Power),
                Standing::Backoff => held.unwrap_or(Reason::Backoff),
                Standing::Draining => held.unwrap_or(Reason::Phase(Phase::Drain)),
                Standing::Held => held.unwrap_or(Reason::Hold),
                Standing::Dead => held.unwrap_or(repair),
                Standing::DeadInFlight => repair,
            };
            tally.add(reason, Span::from_millis(elapsed.as_millis() * machines));
            if Some(reason) == held {
                together += tally.waiting[standing as usize];
            } else {
                tally.most_waited(reason, tally.waiting[standing as usize]);
            }
        }
        if let Some(held) = held {
            tally.most_waited(held, together);
        }
    }

    /// What the pool's machines spent their time with up to now, phases that are under way included.
    pub fn tally(&mut self, pool: PoolIndex) -> Tally {
        self.close_waiting(pool);
        let now = self.now();
        let mut tally = self.pools[pool.at()].tally.clone();
        for index in self.blueprint.machines_of(pool) {
            let machine = self.machine(index);
            let (Membership::InFlight, Activity::Phase(phase)) =
                (machine.membership, machine.activity)
            else {
                continue;
            };
            if self.is_draining(index) {
                let drain = &self.drains[&index.0];
                let (reason, span) = (drain.reason, now.since(drain.reason_since));
                tally.add(reason, span);
                if !span.is_zero() && !matches!(reason, Reason::Phase(_)) {
                    tally.drained.insert((reason, index.0));
                }
            } else {
                tally.add(Reason::Phase(phase), now.since(machine.since));
            }
        }
        tally
    }
}
