//! What the machines of a pool's rollout wait for now, and how long its machines have waited for it so far.

use std::collections::BTreeMap;

use super::machine::{Activity, Membership, Reason};
use super::world::World;
use super::{MachineIndex, PoolIndex};
use crate::engine::{Span, Time};

/// The machines of a pool that have one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiters {
    /// The reason.
    pub reason: Reason,
    /// How many machines have it now.
    pub machines: u32,
    /// How long the pool's machines have had it up to now, all together, in all of its rollouts.
    pub so_far: Span,
}

impl World {
    /// Since when a machine has its reason, where that is a phase or a drain's; that of one that waits for its turn is
    /// counted for all together.
    pub fn reason_since(&self, index: MachineIndex) -> Option<Time> {
        let machine = self.machine(index);
        self.reason(index)?;
        match machine.activity {
            _ if self.is_draining(index) => {
                self.drains.get(&index.0).map(|drain| drain.reason_since)
            }
            Activity::Phase(_) if machine.membership == Membership::InFlight => Some(machine.since),
            _ => None,
        }
    }

    /// What the machines of a pool's rollout wait for now, then the phases that they are in; of each, that of the most
    /// machines first.
    pub fn waits(&mut self, pool: PoolIndex) -> Vec<Waiters> {
        let so_far: BTreeMap<Reason, Span> = self.tally(pool).reasons().into_iter().collect();
        let mut machines: BTreeMap<Reason, u32> = BTreeMap::new();
        let own = self.blueprint.machines_of(pool);
        for machine in own.chain(self.blueprint.spares_of(pool)) {
            if let Some(reason) = self.reason(machine) {
                *machines.entry(reason).or_default() += 1;
            }
        }
        let mut waits: Vec<_> = machines
            .into_iter()
            .map(|(reason, machines)| Waiters {
                reason,
                machines,
                so_far: so_far.get(&reason).copied().unwrap_or_default(),
            })
            .collect();
        waits.sort_by_key(|wait| {
            let is_phase = matches!(wait.reason, Reason::Phase(_));
            (is_phase, std::cmp::Reverse((wait.machines, wait.so_far)))
        });
        waits
    }
}
