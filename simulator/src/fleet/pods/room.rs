//! How much room the machines of a pool have left for pods, and the least that they ever had.

use serde::{Deserialize, Serialize};

use super::Used;
use crate::fleet::PoolIndex;
use crate::fleet::world::World;
use crate::scenario::Capacity;

/// What machines that take pods have free, all together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Thousandths of a core, of machines that have a limit.
    pub cpu: u64,
    /// Bytes, of machines that have a limit.
    pub memory: u64,
    /// Pods.
    pub pods: u64,
}

/// The room of every pool.
#[derive(Clone, Debug, Default)]
pub(super) struct Rooms {
    /// What each machine adds to which pool now.
    of_machines: Vec<(u32, Room)>,
    /// What each pool has now.
    pools: Vec<Room>,
    /// The least of each that it ever had; empty before the start, while pods are put in their places.
    least: Vec<Room>,
}

impl Room {
    /// What a machine has left.
    fn left(has: Capacity, used: Used) -> Self {
        let left = |has: Option<u64>, used| has.map_or(0, |has: u64| has.saturating_sub(used));
        Self {
            cpu: left(has.cpu, used.cpu),
            memory: left(has.memory, used.memory),
            pods: u64::from(has.pods.saturating_sub(used.pods)),
        }
    }

    fn least(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            memory: self.memory.min(other.memory),
            pods: self.pods.min(other.pods),
        }
    }
}

impl Rooms {
    pub(super) fn new(machines: usize, pools: usize) -> Self {
        Self {
            of_machines: vec![(0, Room::default()); machines],
            pools: vec![Room::default(); pools],
            least: Vec::new(),
        }
    }

    /// From now on the least is kept.
    pub(super) fn begin(&mut self) {
        self.least.clone_from(&self.pools);
    }

    /// A machine adds this to a pool from now on.
    fn set(&mut self, machine: u32, pool: u32, room: Room) {
        if self.of_machines.len() <= machine as usize {
            self.of_machines
                .resize(machine as usize + 1, Default::default());
        }
        let (before, was) =
            std::mem::replace(&mut self.of_machines[machine as usize], (pool, room));
        let from = &mut self.pools[before as usize];
        from.cpu -= was.cpu;
        from.memory -= was.memory;
        from.pods -= was.pods;
        let to = &mut self.pools[pool as usize];
        to.cpu += room.cpu;
        to.memory += room.memory;
        to.pods += room.pods;
        for place in [before, pool] {
            if let Some(least) = self.least.get_mut(place as usize) {
                *least = least.least(self.pools[place as usize]);
            }
        }
    }
}

impl World {
    /// The least room that the machines of a pool that took pods had left at once, up to now, of each kind; `None` where
    /// nothing runs on machines.
    pub fn least_room(&self, pool: PoolIndex) -> Option<Room> {
        self.pods.rooms.least.get(pool.at()).copied()
    }

    /// Keeps the room of a machine's pool right.
    pub(super) fn note_room(&mut self, machine: u32, is_open: bool) {
        let pool = self.machines[machine as usize].pool.0;
        let has = self.blueprint.pods().allocatable[machine as usize];
        let room = if is_open {
            Room::left(has, self.pods.used[machine as usize])
        } else {
            Room::default()
        };
        self.pods.rooms.set(machine, pool, room);
    }
}
