//! Machines that are away: what Kubernetes makes of the pods of one that is no longer heard from.
//!
//! As its node lifecycle controller does it
//! (<https://kubernetes.io/docs/concepts/architecture/nodes/#node-heartbeats>,
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/nodelifecycle/node_lifecycle_controller.go>): a
//! kubelet is heard from every 10 s; a node that has been silent for the cluster's grace is Unknown, and its pods count
//! as not Ready from then on, not from its death; it is tainted, zone by zone one node after the other; and when its pods
//! have tolerated that for long enough, they are deleted. Who is back before keeps its pods, which start again.
//!
//! | file | holds |
//! |---|---|
//! | `brake` | how fast the nodes of a zone are tainted, and when none is |

mod brake;

use super::MachineIndex;
use super::event::{MachineEvent, Observer, PodEvent};
use super::pods::plan::number;
use super::pods::pod::PodState;
use super::world::World;
use crate::engine::{Class, Concern, Span, Time};
use crate::scenario::{HEARTBEAT, Patience};

pub(super) use brake::ZoneState;
pub use brake::{FailureZone, Pace, PaceEvent};

/// What the draw of a kubelet's heartbeats is for: a number that no phase has.
const HEARTBEATS: u32 = 0x21;

/// The machines that are away, by what the control plane has made of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Absences {
    /// Of each machine; empty where nothing runs on machines.
    stages: Vec<Stage>,
    /// When something is done about each of them next.
    until: Vec<Time>,
    zones: Vec<ZoneState>,
}

/// How far the control plane has come with a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// It is there, or nothing is on it that could be missed.
    #[default]
    Present,
    /// It is down, and nobody has noticed.
    Silent,
    /// Its node is Unknown, and waits for its taint.
    Missed,
    /// Its node is tainted, and its pods tolerate that for a while.
    Tainted,
    /// Its pods were deleted.
    Evicted,
}

impl Absences {
    pub(super) fn new(machines: usize, zones: usize) -> Self {
        Self {
            stages: vec![Stage::Present; machines],
            until: vec![Time::START; machines],
            zones: vec![ZoneState::default(); zones],
        }
    }
}

impl Absences {
    /// There may be more zones than before.
    pub(super) fn know_zones(&mut self, zones: usize) {
        self.zones.resize(zones, ZoneState::default());
    }
}

impl World {
    /// What the control plane has made of a machine that is down with pods on it, as a word, and when it goes further,
    /// where that is known.
    pub fn absence(&self, index: MachineIndex) -> Option<(&'static str, Option<Time>)> {
        let word = match self.pods.absences.stages.get(index.at())? {
            Stage::Present => return None,
            Stage::Silent => "silent",
            Stage::Missed => "unknown",
            Stage::Tainted => "tainted",
            Stage::Evicted => "evicted",
        };
        let until = self.pods.absences.until[index.at()];
        Some((word, (until > self.now()).then_some(until)))
    }

    /// A machine that is down is no longer heard from. Where pods are on it, that will be noticed.
    pub(super) fn go_silent(&mut self, index: MachineIndex) {
        let is_missed_by_none = self.pods.on.get(index.at()).is_none_or(Vec::is_empty);
        if is_missed_by_none || self.pods.absences.stages[index.at()] != Stage::Present {
            return;
        }
        self.pods.absences.stages[index.at()] = Stage::Silent;
        let unknown = self.missed_at(index).max(self.now());
        self.await_absence(index, unknown);
    }

    fn await_absence(&mut self, index: MachineIndex, at: Time) {
        let evictor = self.blueprint.evictor(index);
        self.pods.absences.until[index.at()] = at;
        self.agenda.schedule(evictor, at, Class::TimeOut);
    }

    /// When a machine that is down is or was missed: it is silent for the grace, counted from its last heartbeat.
    fn missed_at(&self, index: MachineIndex) -> Time {
        let down = self.machine(index).down_since;
        let phase = self.heartbeat_phase(index).as_millis();
        let period = HEARTBEAT.as_millis();
        // The beats are at the phase and every period after and before it.
        let since_beat = (down.as_millis() + period - phase) % period;
        let grace = self.patience(index).grace.as_millis();
        Time::from_millis((down.as_millis() + grace).saturating_sub(since_beat))
    }

    /// When in each period a machine's kubelet is heard from.
    fn heartbeat_phase(&self, index: MachineIndex) -> Span {
        let key = self.blueprint.key(index);
        let u = self.born().draw(key, Concern(HEARTBEATS), 0).first;
        let phase = Span::nearest(u * HEARTBEAT.as_millis_f64());
        if phase == HEARTBEAT {
            Span::ZERO
        } else {
            phase
        }
    }

    fn patience(&self, index: MachineIndex) -> Patience {
        let cluster = self.blueprint.pods().clusters[index.at()];
        self.blueprint.scenario().clusters[cluster as usize].patience
    }

    /// The next thing that the control plane does about a machine that is away.
    pub(super) fn absence_goes_on<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        match self.pods.absences.stages[index.at()] {
            Stage::Silent => self.node_unknown(index, observer),
            Stage::Missed => self.taint_next(self.failure_zone(index), observer),
            Stage::Tainted => self.toleration_over(index, observer),
            Stage::Present | Stage::Evicted => {}
        }
    }

    /// The grace is over: the node is Unknown, and what is on it is not Ready.
    fn node_unknown<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        self.pods.absences.stages[index.at()] = Stage::Missed;
        let silent = self.patience(index).grace;
        self.tell_of(index, observer, || MachineEvent::NodeUnknown { silent });
        for pod in self.pods.on[index.at()].clone() {
            self.not_ready_any_more(pod, observer);
        }
        let zone = self.failure_zone(index);
        self.pods.absences.zones[zone as usize].queue.push(index.0);
        self.taint_next(zone, observer);
    }

    fn taint<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        self.pods.absences.stages[index.at()] = Stage::Tainted;
        let toleration = self.patience(index).toleration;
        self.tell_of(index, observer, || MachineEvent::NodeTainted { toleration });
        self.await_absence(index, self.now() + toleration);
    }

    /// Pods have tolerated the taint for long enough: they are deleted. Who can is replaced elsewhere; they themselves
    /// are there until the machine is back, since only its kubelet could say that they have ended.
    fn toleration_over<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if self.is_dark(self.failure_zone(index)) {
            self.take_taints_back(self.failure_zone(index));
            return;
        }
        self.pods.absences.stages[index.at()] = Stage::Evicted;
        let is_left = |pod: &u32| self.pods.list[*pod as usize].state == PodState::Down;
        let mut pods = self.pods.on[index.at()].clone();
        pods.retain(is_left);
        pods.sort_by_key(|pod| self.pods.list[*pod as usize].id);
        let count = number(pods.len());
        self.tell_of(index, observer, || MachineEvent::PodsEvicted {
            pods: count,
        });
        for pod in pods {
            let workload = self.pods.list[pod as usize].id.workload;
            self.pods.workloads[workload.at()]
                .figures
                .evictions_by_taint += 1;
            self.tell_of_pod(pod, observer, || PodEvent::TaintEvicted);
            self.terminate(pod, observer);
        }
    }

    /// The machine is heard from again.
    pub(super) fn heard_again<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if self.pods.on.is_empty() {
            return;
        }
        self.no_longer_missed(index);
        self.look_at_brakes(index, observer);
    }

    fn no_longer_missed(&mut self, index: MachineIndex) {
        let stage = std::mem::take(&mut self.pods.absences.stages[index.at()]);
        if stage == Stage::Missed {
            let zone = self.failure_zone(index) as usize;
            self.pods.absences.zones[zone]
                .queue
                .retain(|machine| *machine != index.0);
        }
        if stage != Stage::Present {
            self.agenda.cancel(self.blueprint.evictor(index));
        }
    }

    /// The node is deleted, and what was on it with it.
    pub(super) fn delete_node<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if self.pods.on.is_empty() {
            return;
        }
        self.no_longer_missed(index);
        for pod in self.pods.on[index.at()].clone() {
            if self.pods.list[pod as usize].state != PodState::Terminating {
                self.tell_of_pod(pod, observer, || PodEvent::Deleted { is_forced: false });
                self.terminate(pod, observer);
            }
            self.agenda.cancel(self.blueprint.pod_entity(pod));
            self.gone(pod, observer);
        }
    }
}
