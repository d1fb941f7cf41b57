//! What is left of a rollout that goes on only when somebody acts.

use serde::{Deserialize, Serialize};

use super::PoolIndex;
use super::outcome::Ending;
use super::world::World;
use crate::engine::Time;

/// A pool whose rollout stopped with machines left, or can come to nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    /// When the last thing happened to it: from then on it waits for somebody.
    pub since: Time,
    /// Machines that its last rollout was to move and did not, those that failed included.
    pub machines_left: u32,
    /// Machines that take no workload.
    pub out_of_service: u32,
}

impl World {
    /// What is left of a pool's rollouts at the end of the run; `None` where they finished, or go on.
    pub(super) fn stuck(&self, pool: PoolIndex, ending: Ending) -> Option<Stuck> {
        if !matches!(ending, Ending::Halted | Ending::Stalled) {
            return None;
        }
        let last = self
            .latest_operation(pool)
            .map(|index| self.operation(index));
        let ended = last.and_then(|operation| operation.ended);
        let blueprint = self.blueprint();
        let machines = || blueprint.machines_of(pool).chain(blueprint.spares_of(pool));
        let latest = |machine| {
            let drain = self.drains.get(&machine);
            drain.map(|drain| drain.reason_since)
        };
        let moved = machines().map(|machine| {
            let since = self.machine(machine).since();
            latest(machine.0).map_or(since, |drain| drain.max(since))
        });
        let present = machines().map(|machine| self.machine(machine));
        let out = present.filter(|machine| machine.is_present() && !machine.is_open());
        Some(Stuck {
            since: ended.or(moved.max()).unwrap_or(Time::START),
            machines_left: last.map_or(0, |operation| {
                operation.targeted.saturating_sub(operation.updated)
            }),
            out_of_service: u32::try_from(out.count()).unwrap_or(u32::MAX),
        })
    }
}
