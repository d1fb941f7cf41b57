//! Whom each entity of the agenda stands for: machines first, then what pools and others wait for, pods last.

use super::people::{GateIndex, HandsIndex};
use super::{Blueprint, MachineIndex, PoolIndex};
use crate::engine::Entity;

/// Entities of each pool: its starter and its clocks.
const PER_POOL: u32 = 5;

/// Whom an entity number of the agenda stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    Machine(MachineIndex),
    /// A pool that tries to start machines.
    Starter(PoolIndex),
    /// The time limit of a pool's operation.
    OperationClock(PoolIndex),
    /// The time after which a pool's machines that are down lose their slots.
    SlotClock(PoolIndex),
    /// The openings and closings of a pool's maintenance windows.
    WindowClock(PoolIndex),
    /// The time for which a pool's canaries are watched.
    CanaryClock(PoolIndex),
    /// The eviction attempts of a machine's drain, and what is done about a machine that is away.
    Evictor(MachineIndex),
    /// The next release of a machine image.
    ReleaseClock,
    /// The image that is on its way to the pools.
    CourseClock,
    /// People who repair machines.
    Hands(HandsIndex),
    /// The next change of a health gate.
    Gate(GateIndex),
    /// Who retries the pool's operation that failed.
    Owner(PoolIndex),
    /// The next failure of a machine that fails by itself, or its repair.
    Hazard(MachineIndex),
    /// The crash of a machine whose revision shows its harm late.
    Harm(MachineIndex),
    /// A pod, by its place.
    Pod(u32),
}

impl Blueprint {
    /// How many entities the agenda needs before pods are made: machines, their evictors where pods run, then five
    /// for each pool, then two for images where there are any, then those of people, then one for each machine where some
    /// fail by themselves, and where some revision does harm. Pods come behind them. So at one instant evictions come before starts.
    pub(super) fn entities(&self) -> usize {
        self.first_pod() as usize
    }

    pub(super) fn actor(&self, entity: Entity) -> Actor {
        let machines = self.machine_count();
        if entity.0 < machines {
            return Actor::Machine(MachineIndex(entity.0));
        }
        if entity.0 < self.first_starter() {
            return Actor::Evictor(MachineIndex(entity.0 - machines));
        }
        if entity.0 >= self.first_pod() {
            return Actor::Pod(entity.0 - self.first_pod());
        }
        if entity.0 >= self.first_harm() {
            return Actor::Harm(MachineIndex(entity.0 - self.first_harm()));
        }
        if entity.0 >= self.first_hazard() {
            return Actor::Hazard(MachineIndex(entity.0 - self.first_hazard()));
        }
        if entity.0 >= self.first_of_people() {
            return self.people().actor(entity.0 - self.first_of_people());
        }
        if entity.0 >= self.first_of_images() {
            return if entity == self.release_clock() {
                Actor::ReleaseClock
            } else {
                Actor::CourseClock
            };
        }
        let beyond = entity.0 - self.first_starter();
        let pool = PoolIndex(beyond / PER_POOL);
        match beyond % PER_POOL {
            0 => Actor::Starter(pool),
            1 => Actor::OperationClock(pool),
            2 => Actor::SlotClock(pool),
            3 => Actor::WindowClock(pool),
            _ => Actor::CanaryClock(pool),
        }
    }

    pub(super) fn starter(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0)
    }

    pub(super) fn operation_clock(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0 + 1)
    }

    pub(super) fn slot_clock(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0 + 2)
    }

    pub(super) fn window_clock(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0 + 3)
    }

    pub(super) fn canary_clock(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0 + 4)
    }

    /// The crash of a machine whose revision shows its harm late.
    pub(super) fn harm_clock(&self, machine: MachineIndex) -> Entity {
        Entity(self.first_harm() + machine.0)
    }

    pub(super) fn release_clock(&self) -> Entity {
        Entity(self.first_of_images())
    }

    pub(super) fn course_clock(&self) -> Entity {
        Entity(self.first_of_images() + 1)
    }

    pub(super) fn hands_clock(&self, hands: HandsIndex) -> Entity {
        self.of_people(Actor::Hands(hands))
    }

    pub(super) fn gate_clock(&self, gate: GateIndex) -> Entity {
        self.of_people(Actor::Gate(gate))
    }

    pub(super) fn owner_clock(&self, pool: PoolIndex) -> Entity {
        self.of_people(Actor::Owner(pool))
    }

    fn of_people(&self, actor: Actor) -> Entity {
        Entity(self.first_of_people() + self.people().place_of(actor))
    }

    pub(super) fn evictor(&self, machine: MachineIndex) -> Entity {
        Entity(self.machine_count() + machine.0)
    }

    pub(super) fn pod_entity(&self, pod: u32) -> Entity {
        Entity(self.first_pod() + pod)
    }

    fn first_starter(&self) -> u32 {
        let machines = self.machine_count();
        if self.pods().is_empty() {
            machines
        } else {
            2 * machines
        }
    }

    pub(super) fn hazard_clock(&self, machine: MachineIndex) -> Entity {
        Entity(self.first_hazard() + machine.0)
    }

    fn first_pod(&self) -> u32 {
        let of_harm = if self.has_bad_revisions() {
            self.machine_count()
        } else {
            0
        };
        self.first_harm() + of_harm
    }

    fn first_harm(&self) -> u32 {
        let of_hazards = if self.has_hazards() {
            self.machine_count()
        } else {
            0
        };
        self.first_hazard() + of_hazards
    }

    fn first_hazard(&self) -> u32 {
        self.first_of_people() + self.people().entities()
    }

    fn first_of_people(&self) -> u32 {
        let of_images = if self.scenario().images.is_some() {
            2
        } else {
            0
        };
        self.first_of_images() + of_images
    }

    fn first_of_images(&self) -> u32 {
        self.first_starter() + PER_POOL * self.home_count()
    }
}
