//! Which machine a pod is put on, and pods for which there is none.
//!
//! As Kubernetes' scheduler: first the machines that suit (Ready, not cordoned, labels, room, anti-affinity), then the
//! best of them. Nothing is ever moved: a machine that comes back gets pods only when pods are looking for one.

use super::load::{AVOIDED, CLOSED, LoadTree, load};
use super::plan::{WorkloadIndex, number};
use super::pod::{NONE, PodConcern, PodState};
use crate::distribution::chosen;
use crate::engine::Concern;
use crate::fleet::MachineIndex;
use crate::fleet::event::{Observer, PodEvent};
use crate::fleet::machine::Membership;
use crate::fleet::world::World;
use crate::scenario::{Placement, Topology};

/// Why there is no machine for a pod: the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unplaced {
    /// Its volume lies on a machine that takes no pods now.
    VolumeElsewhere,
    /// No machine that it may run on takes pods now.
    NoMachine,
    /// Machines would take it, and none has room.
    NoRoom,
    /// A machine has room, and its peers are too near.
    AntiAffinity,
}

impl Unplaced {
    /// The word in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VolumeElsewhere => "volume-elsewhere",
            Self::NoMachine => "no-machine",
            Self::NoRoom => "no-room",
            Self::AntiAffinity => "anti-affinity",
        }
    }

    /// Whether more room would help: then a budget that waits for the pod waits for capacity.
    pub const fn is_for_capacity(self) -> bool {
        !matches!(self, Self::VolumeElsewhere)
    }
}

/// Tries of the uniform rule before it looks at every machine.
const TRIES: u32 = 8;

impl World {
    /// Puts a new pod on a machine, or lets it wait for one.
    pub(super) fn place<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        match self.find_machine(pod) {
            Ok(machine) => self.put_on(pod, machine, observer),
            Err(why) => self.wait_for_machine(pod, why, observer),
        }
    }

    /// The machine that the scheduler chooses for a pod.
    pub(super) fn find_machine(&self, pod: u32) -> Result<u32, Unplaced> {
        let id = self.pods.list[pod as usize].id;
        let home = self.home(pod);
        if home != NONE {
            let suits = self.has_place(id.workload, home);
            return if suits {
                Ok(home)
            } else {
                Err(self.why_unplaced(id.workload, home))
            };
        }
        let found = match self.blueprint.scenario().placement {
            Placement::Uniform => self.any_machine(pod),
            Placement::LeastRequested | Placement::PreferUpdated => self.least_loaded(id.workload),
        };
        found.ok_or_else(|| self.why_unplaced(id.workload, NONE))
    }

    /// The machine that holds the pod's data; [`NONE`] for one that may run anywhere.
    fn home(&self, pod: u32) -> u32 {
        let id = self.pods.list[pod as usize].id;
        let homes = &self.pods.homes[id.workload.at()];
        homes.get(id.ordinal as usize).copied().unwrap_or(NONE)
    }

    pub(super) fn least_loaded(&self, workload: WorkloadIndex) -> Option<u32> {
        let plan = self.blueprint.pods();
        let cluster = plan.workload(workload).spec.cluster;
        let machines = &plan.cluster_machines[cluster];
        let spread = plan.workload(workload).spec.spread;
        let best = self.pods.loads[cluster].best(|place| {
            let machine = machines[place as usize];
            let suits = self.has_place(workload, machine);
            suits
                .then(|| spread.map_or(0, |topology| self.peers(workload, machine, topology, true)))
        });
        best.map(|place| machines[place as usize])
    }

    /// Any machine that suits, each with the same chance: by trial, and after some trials by counting.
    fn any_machine(&self, pod: u32) -> Option<u32> {
        let about = &self.pods.list[pod as usize];
        let plan = self.blueprint.pods().workload(about.id.workload);
        let suits = |machine: &u32| self.has_place(about.id.workload, *machine);
        for trial in 0..TRIES {
            let concern = Concern(PodConcern::Place as u32 | trial << 16);
            let u = about.draw_for(plan, self.seed, concern).first;
            let machine = chosen(&plan.machines, u)?;
            if suits(machine) {
                return Some(*machine);
            }
        }
        let suiting: Vec<u32> = plan.machines.iter().copied().filter(suits).collect();
        let u = about
            .draw_for(plan, self.seed, Concern(PodConcern::Place as u32))
            .second;
        chosen(&suiting, u).copied()
    }

    /// Whether a pod of the workload can be put on the machine now.
    pub(super) fn has_place(&self, workload: WorkloadIndex, machine: u32) -> bool {
        self.takes_pods(machine)
            && self.blueprint.pods().workload(workload).suits[machine as usize]
            && self.has_room(workload, machine)
            && self.is_far_from_peers(workload, machine)
    }

    /// Whether the machine is Ready and not cordoned.
    pub(super) fn takes_pods(&self, machine: u32) -> bool {
        let machine = self.machine(MachineIndex(machine));
        machine.is_up() && !machine.is_cordoned()
    }

    fn has_room(&self, workload: WorkloadIndex, machine: u32) -> bool {
        let plan = self.blueprint.pods();
        let asks = plan.workload(workload).spec.requests;
        let has = plan.allocatable[machine as usize];
        let used = self.pods.used[machine as usize];
        let fits =
            |used: u64, asks: u64, has: Option<u64>| has.is_none_or(|has| used + asks <= has);
        used.pods < has.pods
            && fits(used.cpu, asks.cpu, has.cpu)
            && fits(used.memory, asks.memory, has.memory)
    }

    fn is_far_from_peers(&self, workload: WorkloadIndex, machine: u32) -> bool {
        let apart = self.blueprint.pods().workload(workload).spec.anti_affinity;
        apart.is_none_or(|topology| self.peers(workload, machine, topology, false) == 0)
    }

    /// How many of the workload's pods are at the machine's place; where `lasting`, without those that are ending.
    fn peers(
        &self,
        workload: WorkloadIndex,
        machine: u32,
        topology: Topology,
        lasting: bool,
    ) -> u32 {
        let counts = |pod: &&u32| {
            let pod = &self.pods.list[**pod as usize];
            pod.id.workload == workload && !(lasting && pod.state == PodState::Terminating)
        };
        let on = |machine: u32| self.pods.on[machine as usize].iter().filter(counts).count();
        let plan = self.blueprint.pods();
        let count = match topology {
            Topology::Machine => on(machine),
            Topology::Zone => {
                let zone = plan.zones[machine as usize];
                let machines = &plan.workload(workload).machines;
                let near = machines
                    .iter()
                    .filter(|other| plan.zones[**other as usize] == zone);
                near.map(|other| on(*other)).sum()
            }
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    pub(super) fn why_unplaced(&self, workload: WorkloadIndex, home: u32) -> Unplaced {
        if home != NONE && !self.takes_pods(home) {
            return Unplaced::VolumeElsewhere;
        }
        let plan = self.blueprint.pods().workload(workload);
        let open = || {
            plan.machines
                .iter()
                .filter(|machine| self.takes_pods(**machine))
        };
        if open().next().is_none() {
            Unplaced::NoMachine
        } else if open().all(|machine| !self.has_room(workload, *machine)) {
            Unplaced::NoRoom
        } else {
            Unplaced::AntiAffinity
        }
    }

    pub(super) fn wait_for_machine<O: Observer>(
        &mut self,
        pod: u32,
        why: Unplaced,
        observer: &mut O,
    ) {
        self.pods.pending.push(pod);
        let about = &mut self.pods.list[pod as usize];
        about.state = PodState::Pending;
        about.why = why;
        let workload = about.id.workload;
        let figures = &mut self.pods.workloads[workload.at()].figures;
        figures.pending += 1;
        figures.most_pending = figures.most_pending.max(figures.pending);
        self.note_waiting(workload);
        self.tell_of_pod(pod, observer, || PodEvent::Pending { why });
        if why.is_for_capacity() {
            self.count_pending(workload, 1, observer);
        }
    }

    /// A pod no longer waits for a machine.
    pub(super) fn stop_waiting<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        self.pods.pending.retain(|other| *other != pod);
        let about = self.pods.list[pod as usize];
        let workload = about.id.workload;
        self.pods.workloads[workload.at()].figures.pending -= 1;
        self.note_waiting(workload);
        if about.why.is_for_capacity() {
            self.count_pending(workload, -1, observer);
        }
    }

    /// Puts pods that wait on a machine that has room again, or takes pods again. Nothing has changed on any other, so
    /// only this one is looked at; but peers that are gone from a zone make room in all of it.
    pub(super) fn fill<O: Observer>(&mut self, machine: u32, observer: &mut O) {
        if self.pods.pending.is_empty() {
            return;
        }
        let takes_pods = self.takes_pods(machine);
        let waiting = self.pods.pending.clone();
        for pod in waiting {
            let workload = self.pods.list[pod as usize].id.workload;
            let by_zone =
                self.blueprint.pods().workload(workload).spec.anti_affinity == Some(Topology::Zone);
            let home = self.home(pod);
            let found = if by_zone {
                self.find_machine(pod).ok()
            } else {
                let is_meant = takes_pods && (home == NONE || home == machine);
                (is_meant && self.has_place(workload, machine)).then_some(machine)
            };
            if let Some(machine) = found {
                self.stop_waiting(pod, observer);
                self.put_on(pod, machine, observer);
            } else if home == machine {
                self.look_again_why(pod, home, observer);
            }
        }
    }

    /// The machine of a pod's volume has come or gone: it may wait for another reason now.
    fn look_again_why<O: Observer>(&mut self, pod: u32, home: u32, observer: &mut O) {
        let before = self.pods.list[pod as usize];
        let why = self.why_unplaced(before.id.workload, home);
        if why == before.why {
            return;
        }
        self.pods.list[pod as usize].why = why;
        self.tell_of_pod(pod, observer, || PodEvent::Pending { why });
        let change = i32::from(why.is_for_capacity()) - i32::from(before.why.is_for_capacity());
        if change != 0 {
            self.count_pending(before.id.workload, change, observer);
        }
    }

    /// Keeps a machine's place in the tree of loads right.
    pub(in crate::fleet) fn reload(&mut self, machine: u32) {
        if self.pods.on.is_empty() {
            return;
        }
        let plan = self.blueprint.pods();
        let cluster = plan.clusters[machine as usize] as usize;
        let is_open = self.takes_pods(machine);
        let load = if is_open {
            load(
                self.pods.used[machine as usize],
                plan.allocatable[machine as usize],
            ) | self.avoidance(machine)
        } else {
            CLOSED
        };
        let place = plan.places[machine as usize];
        self.pods.loads[cluster].set(place, load);
        self.note_room(machine, is_open);
    }

    /// Machines are in other pools or have other labels than before: who is looked at for a pod is put together anew.
    pub(in crate::fleet) fn stand_pods_anew(&mut self) {
        let plan = self.blueprint.pods();
        let machines = number(plan.clusters.len());
        self.pods.loads = plan
            .cluster_machines
            .iter()
            .map(|machines| LoadTree::new(machines.len()))
            .collect();
        self.pods.absences.know_zones(plan.zone_clusters.len());
        for machine in 0..machines {
            self.reload(machine);
        }
    }

    /// A machine whose turn in a rollout is still to come is avoided where the scheduler prefers updated ones, as
    /// `OpenShift` does with a `PreferNoSchedule` taint.
    fn avoidance(&self, machine: u32) -> u64 {
        let prefers = self.blueprint.scenario().placement == Placement::PreferUpdated;
        let machine = self.machine(MachineIndex(machine));
        if prefers && machine.membership == Membership::Waiting {
            AVOIDED
        } else {
            0
        }
    }
}
