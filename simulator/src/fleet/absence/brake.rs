//! How fast the nodes of a zone are tainted, and when none is: a controller that hears of no node has lost its own line,
//! more likely than all machines.
//!
//! One node every 10 s in a zone; where 55 % of it, and more than two, are not Ready, one every 100 s if it has more than
//! 50 nodes, and none if it has fewer. Where no node of any zone is Ready, taints are taken back
//! (<https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction>). Taints that were there before a
//! zone was that bad stay.

use super::Stage;
use crate::engine::{Span, Time};
use crate::fleet::MachineIndex;
use crate::fleet::event::{Event, Observer};
use crate::fleet::world::World;

/// The nodes of a cluster that share a zone: its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailureZone(pub u32);

/// What changes of a zone.
#[derive(Clone, Debug, Default)]
pub(in crate::fleet) struct ZoneState {
    /// Nodes that wait for their taint, in the order in which they were missed.
    pub(super) queue: Vec<u32>,
    /// When the last one got its taint.
    tainted: Option<Time>,
    /// What was told of its pace last.
    told: Pace,
}

/// How fast the nodes of a zone are tainted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// One every 10 s.
    #[default]
    Normal,
    /// One every 100 s: most of a large zone is not Ready.
    Slow,
    /// None: most of a small zone is not Ready.
    Stopped,
    /// None: no node of the cluster is Ready.
    Dark,
}

/// The pace of a zone has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceEvent {
    /// What it is now.
    pub pace: Pace,
    /// Nodes of the zone that are not Ready.
    pub not_ready: u32,
    /// Nodes of the zone.
    pub nodes: u32,
}

impl Pace {
    /// The word in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Slow => "slow",
            Self::Stopped => "stopped",
            Self::Dark => "cluster-dark",
        }
    }

    fn period(self) -> Option<Span> {
        match self {
            Self::Normal => Some(Span::from_secs(10)),
            Self::Slow => Some(Span::from_secs(100)),
            Self::Stopped | Self::Dark => None,
        }
    }
}

/// More nodes than this make a zone large.
const LARGE: u32 = 50;

/// The pace in a zone of so many nodes, not all of which are not Ready.
fn pace(not_ready: u32, nodes: u32) -> Pace {
    let is_partly_down = not_ready > 2 && 100 * u64::from(not_ready) >= 55 * u64::from(nodes);
    match is_partly_down {
        // Where all of a zone is down, and other zones are not, it is the zone that is.
        true if not_ready < nodes && nodes > LARGE => Pace::Slow,
        true if not_ready < nodes => Pace::Stopped,
        _ => Pace::Normal,
    }
}

impl World {
    /// The zone whose nodes are tainted one after the other.
    pub(super) fn failure_zone(&self, index: MachineIndex) -> u32 {
        self.blueprint.pods().failure_zones[index.at()]
    }

    /// Taints the nodes of a zone that wait for it, as far as its pace allows.
    pub(super) fn taint_next<O: Observer>(&mut self, zone: u32, observer: &mut O) {
        while let Some(head) = self.pods.absences.zones[zone as usize].queue.first() {
            let head = MachineIndex(*head);
            let pace = self.look_at_brake(zone, observer);
            let Some(period) = pace.period() else {
                return;
            };
            let now = self.now();
            let state = &mut self.pods.absences.zones[zone as usize];
            let next = state.tainted.map_or(now, |last| last + period);
            if next > now {
                self.await_absence(head, next);
                return;
            }
            state.tainted = Some(now);
            state.queue.remove(0);
            self.taint(head, observer);
        }
    }

    /// A node is Ready again: zones in which nodes wait for their taint may have another pace.
    pub(super) fn look_at_brakes<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let zones = 0..super::number(self.pods.absences.zones.len());
        for zone in zones {
            let state = &self.pods.absences.zones[zone as usize];
            let is_idle = state.queue.is_empty() && state.told == Pace::Normal;
            if is_idle
                || self.cluster_of_zone(zone) != self.cluster_of_zone(self.failure_zone(index))
            {
                continue;
            }
            self.look_at_brake(zone, observer);
            self.taint_next(zone, observer);
        }
    }

    /// The pace of a zone now; told where it has changed.
    fn look_at_brake<O: Observer>(&mut self, zone: u32, observer: &mut O) -> Pace {
        let (not_ready, nodes) = self.not_ready_in(zone);
        let pace = if self.is_dark(zone) {
            self.take_taints_back(zone);
            Pace::Dark
        } else {
            pace(not_ready, nodes)
        };
        let told = &mut self.pods.absences.zones[zone as usize].told;
        if std::mem::replace(told, pace) != pace {
            self.tell(observer, || Event::Pace {
                zone: FailureZone(zone),
                what: PaceEvent {
                    pace,
                    not_ready,
                    nodes,
                },
            });
        }
        pace
    }

    /// Whether no node of the zone's cluster is Ready.
    pub(super) fn is_dark(&self, zone: u32) -> bool {
        let cluster = self.cluster_of_zone(zone);
        let zones = 0..super::number(self.pods.absences.zones.len());
        let mut own = zones.filter(|zone| self.cluster_of_zone(*zone) == cluster);
        own.all(|zone| {
            let (not_ready, nodes) = self.not_ready_in(zone);
            not_ready == nodes
        })
    }

    /// No node of the zone's cluster is Ready: those that are tainted wait for their taint again.
    pub(super) fn take_taints_back(&mut self, zone: u32) {
        let cluster = self.cluster_of_zone(zone);
        for machine in self.blueprint.pods().cluster_machines[cluster].clone() {
            let stage = &mut self.pods.absences.stages[machine as usize];
            if *stage == Stage::Tainted {
                *stage = Stage::Missed;
                let zone = self.failure_zone(MachineIndex(machine)) as usize;
                self.pods.absences.zones[zone].queue.push(machine);
                self.agenda
                    .cancel(self.blueprint.evictor(MachineIndex(machine)));
            }
        }
    }

    /// How many nodes of a zone are not Ready, and how many there are.
    fn not_ready_in(&self, zone: u32) -> (u32, u32) {
        let (mut not_ready, mut nodes) = (0, 0);
        for (machine, own) in (0..).zip(&self.blueprint.pods().failure_zones) {
            let index = MachineIndex(machine);
            let about = self.machine(index);
            if *own != zone || !about.is_present() || about.errand.is_some() {
                continue;
            }
            nodes += 1;
            let is_missed = !self.machine(index).is_up() && self.missed_at(index) <= self.now();
            not_ready += u32::from(is_missed);
        }
        (not_ready, nodes)
    }

    fn cluster_of_zone(&self, zone: u32) -> usize {
        self.blueprint.pods().zone_clusters[zone as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_braked_from_55_percent_and_three_nodes_on() {
        let rows = [
            ((2, 2), Pace::Normal),
            ((2, 3), Pace::Normal),
            ((3, 5), Pace::Stopped),
            ((5, 10), Pace::Normal),
            ((6, 10), Pace::Stopped),
            ((10, 10), Pace::Normal),
            ((11, 20), Pace::Stopped),
            ((27, 50), Pace::Normal),
            ((28, 50), Pace::Stopped),
            ((29, 51), Pace::Slow),
            ((51, 51), Pace::Normal),
        ];
        for ((not_ready, nodes), expected) in rows {
            assert_eq!(pace(not_ready, nodes), expected, "{not_ready} of {nodes}");
        }
    }
}
