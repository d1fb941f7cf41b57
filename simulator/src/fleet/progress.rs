//! How far a rollout has come, and how long each update took: what a forecast shows as bands over time.

use super::MachineIndex;
use super::operation::Operation;
use super::world::World;
use crate::engine::Time;

/// How many parts a rollout is cut into, each having as many machines.
pub const DECILES: usize = 10;

/// When each tenth of a rollout's machines was settled; `None` where so many were not.
pub type Deciles = [Option<Time>; DECILES];

impl Operation {
    /// How many of its machines must be settled for a tenth, counted from 0.
    fn mark(&self, decile: usize) -> u32 {
        let machines = u64::from(self.targeted) * (decile as u64 + 1);
        let mark = machines.div_ceil(DECILES as u64);
        u32::try_from(mark).unwrap_or(u32::MAX).max(1)
    }

    /// One more machine is settled.
    fn note_settled(&mut self, now: Time) {
        let settled = self.updated + self.failed;
        let reached = self.deciles.iter().filter(|at| at.is_some()).count();
        for decile in reached..DECILES {
            if self.mark(decile) > settled {
                break;
            }
            self.deciles[decile] = Some(now);
        }
    }

    /// Machines that had failed are tried again: tenths that they were part of are not reached any more.
    pub(super) fn forget_settled(&mut self) {
        let settled = self.updated + self.failed;
        for decile in 0..DECILES {
            if self.mark(decile) > settled {
                self.deciles[decile] = None;
            }
        }
    }

    /// When each tenth was settled, at the end of a run. Where machines were taken out of the rollout last, its end is when
    /// all of the others were.
    pub(super) fn deciles_at_end(&self) -> Deciles {
        let ended = self
            .ended
            .filter(|_| self.is_settled() && self.updated + self.failed > 0);
        self.deciles.map(|at| at.or(ended))
    }
}

impl World {
    /// A machine's update has come to its end, well or not.
    pub(super) fn note_progress(&mut self, machine: MachineIndex) {
        let now = self.now();
        let about = self.machine(machine);
        let (pool, took) = (about.pool, now.since(about.turn_since));
        let state = &mut self.pools[pool.at()];
        state.updates.add(took.as_millis());
        if let Some(index) = state.going_on {
            self.operations[index.at()].note_settled(now);
        }
    }
}
