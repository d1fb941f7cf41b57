//! What maintenance windows do to a rollout: machines start while one is open, by its end rule; what is in flight is
//! never cut. And what a rollout made of each window.
//!
//! Windows cost nothing while no rollout of the pool goes on: only then is the next opening or closing pending.

use serde::{Deserialize, Serialize};

use super::doors::Door;
use super::event::{Event, Observer};
use super::machine::{Activity, Machine, Membership};
use super::operation::Operation;
use super::pods::plan::number;
use super::world::World;
use super::{MachineIndex, OperationIndex, PoolIndex};
use crate::engine::{Class, Span, Time};

/// A pool's windows, as far as its rollouts meet them.
#[derive(Clone, Debug, Default)]
pub(super) struct Windows {
    /// Whether nothing may start now.
    pub(super) is_shut: bool,
    /// Whether the last of `uses` is of a window that is open.
    is_inside: bool,
    /// The windows that its rollouts met, in order.
    pub(super) uses: Vec<WindowUse>,
    /// When the rollout's time limit is reached; `None` while it stands, and where there is none.
    deadline: Option<Time>,
    /// What is left of a time limit that stands.
    left: Option<Span>,
}

/// What a rollout made of one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowUse {
    /// When the window opened.
    pub opens: Time,
    /// When it closes.
    pub closes: Time,
    /// From when on nothing new starts in it.
    pub shuts: Time,
    /// The rollout.
    pub operation: OperationIndex,
    /// Machines that waited for their turn or a retry when it opened, or when the rollout began in it.
    pub wanted: u32,
    /// Machines that started in it, or were tried again.
    pub starts: u32,
    /// Machines that were updated when half of it had passed.
    pub updated_by_half: u32,
    /// How the rollout stood when the window closed, or when the rollout ended in it.
    pub at_close: Stand,
    /// How long machines that were in flight at the close still were afterwards; zero where none were, `None` while some
    /// are.
    pub overrun: Option<Span>,
    /// Whether it has closed, or the rollout has ended in it.
    pub is_over: bool,
    /// Machines in flight at the close that still are.
    late: u32,
    /// Spare machines that had still to leave at the close, all else having ended or being in flight.
    spares: u32,
}

/// How many machines of a rollout stood where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// Machines that run the revision.
    pub updated: u32,
    /// Machines in flight.
    pub in_flight: u32,
    /// Machines whose turn had not come.
    pub waiting: u32,
    /// Machines that failed.
    pub failed: u32,
}

/// Something that a pool's windows did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowEvent {
    /// One opened, or was open when a rollout began.
    Opened(Door),
    /// It closed.
    Closed {
        /// Machines still in flight.
        in_flight: u32,
    },
    /// A rollout that begins waits for the next; `None`: none opens any more.
    Awaited(Option<Door>),
}

impl WindowUse {
    fn new(door: Door, operation: OperationIndex, stand: Stand) -> Self {
        Self {
            opens: door.opens,
            closes: door.closes,
            shuts: door.shuts,
            operation,
            wanted: stand.waiting,
            starts: 0,
            updated_by_half: stand.updated,
            at_close: Stand::default(),
            overrun: None,
            is_over: false,
            late: 0,
            spares: 0,
        }
    }

    /// When half of the window has passed.
    pub fn half(&self) -> Time {
        self.opens + self.closes.since(self.opens).shared_by(2)
    }

    fn close(&mut self, at_close: Stand, late: u32, spares: u32) {
        self.at_close = at_close;
        self.at_close.in_flight += spares;
        self.is_over = true;
        self.late = late;
        self.spares = spares;
        if late == 0 && spares == 0 {
            self.overrun = Some(Span::ZERO);
        }
    }
}

impl Stand {
    fn of(operation: &Operation) -> Self {
        Self {
            updated: operation.updated,
            in_flight: operation.in_flight,
            waiting: operation.waiting,
            failed: operation.failed,
        }
    }
}

impl World {
    /// A rollout of the pool begins or goes on: from now on its windows matter.
    pub(super) fn watch_windows<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        if !self.blueprint.has_windows(pool) {
            return;
        }
        let now = self.now();
        let door = self.blueprint.door(pool, now);
        self.pools[pool.at()].windows.is_shut = !door.is_some_and(|door| door.is_open(now));
        match door {
            Some(door) if door.is_inside(now) => self.enter_window(pool, door, observer),
            _ => self.tell_window(pool, WindowEvent::Awaited(door), observer),
        }
        self.await_edge(pool, door);
    }

    /// No rollout of the pool goes on any more.
    pub(super) fn leave_windows(&mut self, pool: PoolIndex) {
        let now = self.now();
        self.close_use(pool);
        let windows = &mut self.pools[pool.at()].windows;
        if let Some(last) = windows.uses.last_mut()
            && last.spares > 0
        {
            // The spare machines are the last to go.
            last.spares = 0;
            last.overrun = Some(now.since(last.closes));
        }
        windows.is_shut = false;
        windows.deadline = None;
        windows.left = None;
        self.agenda.cancel(self.blueprint.window_clock(pool));
        self.agenda.cancel(self.blueprint.operation_clock(pool));
    }

    /// A window of the pool opens, closes, or lets nothing more start.
    pub(super) fn window_edge<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        let now = self.now();
        self.close_waiting(pool);
        if self.pools[pool.at()].windows.is_inside {
            let closes = self.pools[pool.at()].windows.uses.last();
            if closes.is_some_and(|last| last.closes <= now) {
                self.window_closes(pool, observer);
            }
        }
        let door = self.blueprint.door(pool, now);
        self.pools[pool.at()].windows.is_shut = !door.is_some_and(|door| door.is_open(now));
        self.await_edge(pool, door);
        let opened = door.filter(|door| door.opens == now);
        if let Some(door) = opened {
            self.enter_window(pool, door, observer);
            self.run_clock(pool);
        }
        self.tell_waiting(pool, observer);
        if opened.is_some() && !self.is_shut(pool) {
            self.call_spares_late(pool, observer);
            self.attempt_retries(pool);
            self.search_again(pool);
        }
    }

    fn enter_window<O: Observer>(&mut self, pool: PoolIndex, door: Door, observer: &mut O) {
        let Some(operation) = self.pools[pool.at()].going_on else {
            return;
        };
        let mut begun = WindowUse::new(door, operation, Stand::of(self.operation(operation)));
        let own = self
            .blueprint
            .machines_of(pool)
            .map(|own| self.machine(own));
        let waits_for_retry =
            |own: &&Machine| own.membership == Membership::InFlight && !own.is_flying();
        begun.wanted += number(own.filter(waits_for_retry).count());
        let windows = &mut self.pools[pool.at()].windows;
        windows.is_inside = true;
        windows.uses.push(begun);
        self.tell_window(pool, WindowEvent::Opened(door), observer);
    }

    fn window_closes<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        let in_flight = self.close_use(pool).in_flight;
        let closed = self.pools[pool.at()].windows.uses.last();
        let door = closed.and_then(|closed| self.blueprint.door(pool, closed.opens));
        self.tell_window(pool, WindowEvent::Closed { in_flight }, observer);
        if door.is_some_and(|door| door.pauses) {
            self.stop_clock(pool);
        }
    }

    /// Notes how the rollout stands at the end of its window.
    fn close_use(&mut self, pool: PoolIndex) -> Stand {
        let latest = self.pools[pool.at()].latest;
        let stand = latest.map_or(Stand::default(), |latest| Stand::of(self.operation(latest)));
        if !std::mem::take(&mut self.pools[pool.at()].windows.is_inside) {
            return stand;
        }
        let own = self.blueprint.machines_of(pool);
        let late = own.filter(|machine| self.machine(*machine).is_flying());
        let late = number(late.count());
        let spares = if stand.waiting == 0 {
            let spares = self.blueprint.spares_of(pool);
            number(
                spares
                    .filter(|spare| self.machine(*spare).has_to_leave())
                    .count(),
            )
        } else {
            0
        };
        if let Some(last) = self.pools[pool.at()].windows.uses.last_mut() {
            last.close(stand, late, spares);
        }
        stand
    }

    /// What the pool's rollouts made of the windows that they met.
    pub fn window_uses(&self, pool: PoolIndex) -> Vec<WindowUse> {
        self.pools[pool.at()].windows.uses.clone()
    }

    /// The first instant from `at` on at which a machine of the pool may start; `at` itself where there is none.
    pub(super) fn may_start_from(&self, pool: PoolIndex, at: Time) -> Time {
        match self.blueprint.door(pool, at) {
            Some(door) if door.shuts > door.opens => door.opens.max(at),
            _ => at,
        }
    }

    /// Whether something of the pool would start if its windows and gates allowed it.
    pub(super) fn would_start(&self, pool: PoolIndex) -> bool {
        let state = &self.pools[pool.at()];
        let is_starting = state.going_on.is_some_and(|index| {
            let operation = self.operation(index);
            operation.is_starting() && !operation.is_paused
        });
        let mut machines = self.blueprint.machines_of(pool);
        let has_free_slot = self.has_free_slot(pool);
        let would_start = machines.any(|machine| {
            let machine = self.machine(machine);
            let waits_for_retry = matches!(machine.activity, Activity::Backoff(_));
            waits_for_retry || machine.can_start() && (has_free_slot || machine.uses_slot())
        });
        is_starting && (would_start || state.awaits_spares)
    }

    /// Makes what changes next at the pool's windows pending.
    fn await_edge(&mut self, pool: PoolIndex, door: Option<Door>) {
        let clock = self.blueprint.window_clock(pool);
        match door {
            Some(door) => {
                let edge = door.next_edge(self.now());
                self.agenda.schedule(clock, edge, Class::WindowEdge);
            }
            None => self.agenda.cancel(clock),
        }
    }

    fn tell_window<O: Observer>(&self, pool: PoolIndex, what: WindowEvent, observer: &mut O) {
        self.tell(observer, || Event::Window { pool, what });
    }

    /// A machine of the pool has started.
    pub(super) fn note_start(&mut self, pool: PoolIndex) {
        let windows = &mut self.pools[pool.at()].windows;
        if let Some(last) = windows.uses.last_mut().filter(|_| windows.is_inside) {
            last.starts += 1;
        }
    }

    /// A machine has ended what it started, or its retry: it is settled, gave its turn back, or waits for another retry.
    pub(super) fn note_end_of_flight(&mut self, machine: MachineIndex) {
        let now = self.now();
        let (pool, since) = (
            self.machine(machine).pool,
            self.machine(machine).flying_since,
        );
        let Some(index) = self.pools[pool.at()].going_on else {
            return;
        };
        let operation = &mut self.operations[index.at()];
        operation.longest_flight = operation.longest_flight.max(now.since(since));
        let updated = operation.updated;
        let windows = &mut self.pools[pool.at()].windows;
        if let Some(last) = windows.uses.last_mut().filter(|_| windows.is_inside)
            && now <= last.half()
        {
            last.updated_by_half = updated;
        }
        let over = windows.uses.iter_mut().rev().filter(|used| used.is_over);
        for used in over.take_while(|used| used.overrun.is_none()) {
            if since < used.closes && used.late > 0 {
                used.late -= 1;
                if used.late == 0 && used.spares == 0 {
                    used.overrun = Some(now.since(used.closes));
                }
            }
        }
    }

    /// Lets machines try again whose wait ended while nothing could start.
    pub(super) fn attempt_retries(&mut self, pool: PoolIndex) {
        for machine in self.blueprint.machines_of(pool) {
            let waits_for_retry = matches!(self.machine(machine).activity, Activity::Backoff(_));
            // A wait that ended meanwhile left nothing pending.
            if waits_for_retry && !self.agenda.is_pending(machine.entity()) {
                self.agenda
                    .schedule(machine.entity(), self.now(), Class::Attempt);
            }
        }
    }

    /// Starts the time limit of the pool's operation, if its policy has one.
    pub(super) fn start_clock(&mut self, pool: PoolIndex) {
        let now = self.now();
        let limit = self.blueprint.plan(pool).policy.operation_time_out;
        self.pools[pool.at()].windows.left = limit;
        let door = self.blueprint.door(pool, now);
        let stands = door.is_some_and(|door| door.pauses && !door.is_inside(now));
        if !stands {
            self.run_clock(pool);
        }
    }

    fn run_clock(&mut self, pool: PoolIndex) {
        let Some(left) = self.pools[pool.at()].windows.left.take() else {
            return;
        };
        let deadline = self.now() + left;
        self.pools[pool.at()].windows.deadline = Some(deadline);
        let clock = self.blueprint.operation_clock(pool);
        self.agenda.schedule(clock, deadline, Class::TimeOut);
    }

    fn stop_clock(&mut self, pool: PoolIndex) {
        let now = self.now();
        let windows = &mut self.pools[pool.at()].windows;
        if let Some(deadline) = windows.deadline.take() {
            windows.left = Some(deadline.since(now));
            self.agenda.cancel(self.blueprint.operation_clock(pool));
        }
    }
}
