//! Slots that expire: where a pool gives them a time to live, a machine that is down for longer loses its slot, and
//! another machine may go. Without one it keeps it, so that a bad revision stops at as many machines as there are
//! slots.

use super::event::{MachineEvent, Observer};
use super::world::World;
use super::{MachineIndex, PoolIndex};
use crate::engine::{Class, Time};

impl World {
    /// A machine has gone down: its slot may expire.
    pub(super) fn start_slot_clock(&mut self, index: MachineIndex) {
        let now = self.now();
        let machine = &mut self.machines[index.at()];
        machine.down_since = now;
        let pool = machine.pool;
        self.await_next_expiry(pool);
    }

    /// Takes the slots of machines that were down for too long.
    pub(super) fn slots_expire<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        let now = self.now();
        let expired: Vec<_> = self
            .blueprint
            .machines_of(pool)
            .filter(|machine| self.expiry(pool, *machine).is_some_and(|at| at <= now))
            .collect();
        for machine in expired {
            self.change(machine, |machine| machine.slot_expired = true);
            self.tell_of(machine, observer, || MachineEvent::SlotExpired);
        }
        self.await_next_expiry(pool);
        self.wake_starter(pool);
    }

    /// When a machine loses its slot; `None`: never, or it has none.
    fn expiry(&self, pool: PoolIndex, index: MachineIndex) -> Option<Time> {
        let ttl = self.blueprint.plan(pool).policy.slot_ttl?;
        let machine = self.machine(index);
        (!machine.is_up() && !machine.slot_expired).then(|| machine.down_since + ttl)
    }

    fn await_next_expiry(&mut self, pool: PoolIndex) {
        if self.blueprint.plan(pool).policy.slot_ttl.is_none() {
            return;
        }
        let machines = self.blueprint.machines_of(pool);
        let next = machines
            .filter_map(|machine| self.expiry(pool, machine))
            .min();
        let clock = self.blueprint.slot_clock(pool);
        match next {
            Some(at) => self
                .agenda
                .schedule(clock, at.max(self.now()), Class::TimeOut),
            None => self.agenda.cancel(clock),
        }
    }
}
