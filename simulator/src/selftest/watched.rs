//! One run, seen event by event or instant by instant.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{RunSeed, Time};
use crate::fleet::{
    Blueprint, Event, MachineEvent, MachineIndex, Membership, PodEvent, RunRow, Unobserved, World,
};
use crate::phase::Phase;

use super::{fleet, seed};

/// What was told of a run, and how it ended.
pub(super) struct Watched {
    pub(super) row: RunRow,
    events: Vec<(Time, Event)>,
}

/// Makes the run of this text, and keeps every event.
pub(super) fn watch(text: &str) -> Watched {
    watch_run(&fleet(text), seed(text).of_run(0))
}

/// Makes one of the runs of this fleet, and keeps every event.
pub(super) fn watch_run(fleet: &Arc<Blueprint>, seed: RunSeed) -> Watched {
    let mut events = Vec::new();
    let mut world = World::new(fleet, seed);
    let row = RunRow::of_observed_run(&mut world, &mut events);
    Watched { row, events }
}

/// Makes the run of this text, and shows the fleet at the start and after every event.
pub(super) fn step_through(text: &str, mut look: impl FnMut(&World)) {
    let blueprint = fleet(text);
    let mut world = World::new(&blueprint, seed(text).of_run(0));
    look(&world);
    while world.step(blueprint.horizon(), &mut Unobserved) {
        look(&world);
    }
}

impl Watched {
    /// When pods were evicted, and from which machine.
    pub(super) fn evictions(&self) -> impl Iterator<Item = (f64, MachineIndex)> {
        self.events.iter().filter_map(|(at, event)| match event {
            Event::Pod {
                machine: Some(machine),
                what: PodEvent::Evicted { .. },
                ..
            } => Some((seconds(*at), *machine)),
            _ => None,
        })
    }

    /// When the last pod was evicted, in seconds.
    pub(super) fn last_eviction_s(&self) -> f64 {
        self.evictions().map(|(at, _)| at).fold(f64::NAN, f64::max)
    }

    /// When pods were deleted because their machine was away, and from which machine.
    pub(super) fn evicted_by_taint(&self) -> impl Iterator<Item = (f64, MachineIndex)> {
        self.events.iter().filter_map(|(at, event)| match event {
            Event::Pod {
                machine: Some(machine),
                what: PodEvent::TaintEvicted,
                ..
            } => Some((seconds(*at), *machine)),
            _ => None,
        })
    }

    /// When the first machine began to stop, and when it was down.
    pub(super) fn stop_of_first(&self) -> [f64; 2] {
        let mut times = self.of_machines().filter(|(_, machine, _)| machine.0 == 0);
        let stop = times.find(|(_, _, what)| {
            matches!(
                what,
                MachineEvent::PhaseStarted {
                    phase: Phase::Stop,
                    ..
                }
            )
        });
        let down = times.find(|(_, _, what)| *what == MachineEvent::Down);
        [stop, down].map(|found| found.map_or(f64::NAN, |(at, _, _)| at))
    }

    /// When the first pod of each workload was gone, by the workloads' order.
    pub(super) fn first_gone(&self) -> Vec<f64> {
        let mut gone = BTreeMap::new();
        for (at, event) in &self.events {
            if let Event::Pod {
                pod,
                what: PodEvent::Gone,
                ..
            } = event
            {
                gone.entry(pod.workload).or_insert(seconds(*at));
            }
        }
        gone.into_values().collect()
    }

    /// What happened to machines, and when.
    pub(super) fn of_machines(&self) -> impl Iterator<Item = (f64, MachineIndex, MachineEvent)> {
        self.events.iter().filter_map(|(at, event)| match event {
            Event::Machine { machine, what } => Some((seconds(*at), *machine, *what)),
            _ => None,
        })
    }
}

/// Seconds since the start of the run.
fn seconds(at: Time) -> f64 {
    at.since_start().as_millis_f64() / 1000.0
}

/// A pool of machines of which an update takes five minutes, with this policy, and its rollout from the start.
pub(super) fn rollout(machines: u32, policy: &str) -> String {
    rollout_of(5, machines, policy)
}

/// As [`rollout`], of machines of which an update takes so many minutes.
pub(super) fn rollout_of(minutes: u32, machines: u32, policy: &str) -> String {
    format!(
        r#"
        horizon = "52w"
        [hardware.machine]
        update = "{minutes}m"
        [[pools]]
        name = "p"
        machines = {machines}
        hardware = "machine"
        {policy}
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        "#
    )
}

/// The most machines that were in flight at once in the run of this text.
pub(super) fn most_in_flight(text: &str) -> u32 {
    let mut most = 0;
    step_through(text, |world| {
        let machines = world.machines().iter();
        let in_flight = machines.filter(|machine| machine.membership == Membership::InFlight);
        most = most.max(super::number(in_flight.count()));
    });
    most
}
