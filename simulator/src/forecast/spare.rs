//! The least spare capacity that a pool has: machines that take workload, and room on them.

use schemars::JsonSchema;
use serde::Serialize;

use super::quantiles::{Lowest, Sorted};
use crate::fleet::{Blueprint, PoolIndex, PoolRow, Room};

/// What a pool had at the worst instant of each run, from the start to the run's last event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SpareCapacity {
    /// Machines of the pool at the start.
    pub of_machines: u32,
    /// The fewest machines at once that took workload.
    pub machines: Lowest<u32>,
    /// The least free at once on machines that took workload, in thousandths of a core; `None` where nothing runs on machines, or
    /// one has no limit.
    pub cpu_m: Option<Lowest<u64>>,
    /// The same of memory, in bytes.
    pub memory_bytes: Option<Lowest<u64>>,
    /// How many pods more there was room for; `None` where nothing runs on machines.
    pub pods: Option<Lowest<u64>>,
}

impl SpareCapacity {
    pub(super) fn new(blueprint: &Blueprint, pool: PoolIndex, rows: &[&PoolRow]) -> Self {
        let rooms: Option<Vec<Room>> = rows.iter().map(|row| row.least_room).collect();
        let lowest = |of: fn(&Room) -> u64| {
            let rooms = rooms.as_ref()?;
            let rooms = rooms.iter().map(|room| Some(of(room)));
            Some(Lowest::new(&Sorted::new(rooms)))
        };
        let (has_cpu, has_memory) = blueprint.has_limits(pool);
        let open = Sorted::new(rows.iter().map(|row| Some(row.least_open)));
        Self {
            of_machines: u32::try_from(blueprint.machines_of(pool).count()).unwrap_or(u32::MAX),
            machines: Lowest::new(&open),
            cpu_m: lowest(|room| room.cpu).filter(|_| has_cpu),
            memory_bytes: lowest(|room| room.memory).filter(|_| has_memory),
            pods: lowest(|room| room.pods),
        }
    }
}
