//! A pod's way from created to Ready and from its signal to gone, and who replaces it.
//!
//! A Deployment's replacement is made as soon as a pod begins to end; that of a stateful set when the pod is gone and
//! its volume is free; bare pods have none
//! (<https://kubernetes.io/docs/concepts/workloads/pods/disruptions/>). Machines pull one image at a time, as the
//! kubelet does by default (`serializeImagePulls`).

use super::pod::{NONE, Pod, PodConcern, PodId, PodState};
use crate::distribution::Distribution;
use crate::engine::{Class, Span, Time};
use crate::fleet::event::{Observer, PodEvent};
use crate::fleet::world::World;
use crate::scenario::{Kind, Requests};

impl World {
    /// Makes a pod, and looks for a machine for it.
    pub(super) fn create<O: Observer>(&mut self, id: PodId, observer: &mut O) {
        let pod = self.add_pod(id);
        self.tell_of_pod(pod, observer, || PodEvent::Created);
        self.place(pod, observer);
    }

    /// A pod that is on no machine yet.
    pub(super) fn add_pod(&mut self, id: PodId) -> u32 {
        let about = Pod::new(id);
        let pod = if let Some(place) = self.pods.free.pop() {
            self.pods.list[place as usize] = about;
            place
        } else {
            self.pods.list.push(about);
            self.agenda.add_entity();
            super::plan::number(self.pods.list.len() - 1)
        };
        let workload = &mut self.pods.workloads[id.workload.at()];
        workload.live[id.ordinal as usize] = pod;
        workload.generation[id.ordinal as usize] = id.generation;
        self.count_pods(id.workload, 1);
        pod
    }

    /// Puts a pod on a machine, where it begins to run.
    pub(super) fn put_on<O: Observer>(&mut self, pod: u32, machine: u32, observer: &mut O) {
        self.assign(pod, machine);
        self.tell_of_pod(pod, observer, || PodEvent::Placed);
        self.pull(pod, observer);
    }

    /// Takes the room of a pod on a machine.
    pub(super) fn assign(&mut self, pod: u32, machine: u32) {
        let about = &mut self.pods.list[pod as usize];
        about.machine = machine;
        let id = about.id;
        let plan = self.blueprint.pods().workload(id.workload);
        if plan.spec.local_volume {
            self.pods.homes[id.workload.at()][id.ordinal as usize] = machine;
        }
        self.pods.on[machine as usize].push(pod);
        self.pods.used[machine as usize].add(plan.spec.requests);
        self.reload(machine);
    }

    /// Waits for the pod's image, if its machine does not have it.
    fn pull<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        let about = self.pods.list[pod as usize];
        let now = self.now();
        let there = self.image_there(pod, &about);
        if there <= now {
            self.start_pod(pod, observer);
        } else {
            self.pods.list[pod as usize].state = PodState::Pulling;
            self.wait_for_pod(pod, there);
        }
    }

    /// When the pod's image is on its machine; one that is not, nor on its way, is pulled after all others.
    fn image_there(&mut self, pod: u32, about: &Pod) -> Time {
        let now = self.now();
        let takes = self.drawn(pod, PodConcern::Pull);
        let (workload, machine) = (about.id.workload.0, about.machine as usize);
        let known = self.pods.images[machine]
            .iter()
            .find(|(image, _)| *image == workload);
        if let Some((_, there)) = known {
            return *there;
        }
        if takes.is_zero() {
            return now;
        }
        let there = self.pods.pulls_until[machine].max(now) + takes;
        self.pods.pulls_until[machine] = there;
        self.pods.images[machine].push((workload, there));
        there
    }

    /// The pod's containers start.
    pub(super) fn start_pod<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        self.go_through(
            pod,
            PodState::Starting,
            PodConcern::Start,
            Self::resync,
            observer,
        );
    }

    fn resync<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        self.go_through(
            pod,
            PodState::Resyncing,
            PodConcern::Resync,
            Self::ready,
            observer,
        );
    }

    /// Lets a pod be in a state for a drawn time; one of no length at all is over at once.
    fn go_through<O: Observer>(
        &mut self,
        pod: u32,
        state: PodState,
        concern: PodConcern,
        then: fn(&mut Self, u32, &mut O),
        observer: &mut O,
    ) {
        self.pods.list[pod as usize].state = state;
        let takes = self.drawn(pod, concern);
        if takes.is_zero() {
            then(self, pod, observer);
        } else {
            self.wait_for_pod(pod, self.now() + takes);
        }
    }

    fn ready<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        self.pods.list[pod as usize].state = PodState::Ready;
        self.tell_of_pod(pod, observer, || PodEvent::Ready);
        self.count_healthy(self.pods.list[pod as usize].id.workload, 1);
    }

    /// The state that a pod was in for a time is over.
    pub(in crate::fleet) fn pod_moves_on<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        match self.pods.list[pod as usize].state {
            PodState::Pulling => self.start_pod(pod, observer),
            PodState::Starting => self.resync(pod, observer),
            PodState::Resyncing => self.ready(pod, observer),
            PodState::Terminating => self.gone(pod, observer),
            PodState::Detaching => self.detached(pod, observer),
            state => unreachable!("nothing is pending for a pod that is {}", state.as_str()),
        }
    }

    /// Gives a pod its signal, with its own grace.
    pub(in crate::fleet) fn terminate<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        self.terminate_within(pod, None, observer);
    }

    /// Gives a pod its signal. It ends by itself, or is killed at this grace or its own; one that has not run ends at once.
    /// Its replacement is made now if a Deployment makes it.
    pub(super) fn terminate_within<O: Observer>(
        &mut self,
        pod: u32,
        grace: Option<Span>,
        observer: &mut O,
    ) {
        let about = self.pods.list[pod as usize];
        let takes = self.time_to_end(pod, grace);
        let workload = about.id.workload;
        self.pods.workloads[workload.at()].live[about.id.ordinal as usize] = NONE;
        let until = self.now() + takes;
        if about.state == PodState::Pending {
            self.stop_waiting(pod, observer);
            self.pods.list[pod as usize].state = PodState::Terminating;
            self.gone(pod, observer);
        } else {
            self.pods.list[pod as usize].state = PodState::Terminating;
            self.pods.list[pod as usize].seems_ready = false;
            if about.state != PodState::Down {
                // Of one on a machine that is down nobody can say that it has ended.
                self.wait_for_pod(pod, until);
            }
            if about.state == PodState::Ready || about.seems_ready {
                self.count_healthy(workload, -1);
            }
        }
        if self.blueprint.pods().workload(workload).spec.kind == Kind::Deployment {
            self.replace(about.id, observer);
        }
    }

    pub(super) fn time_to_end(&self, pod: u32, grace: Option<Span>) -> Span {
        let about = &self.pods.list[pod as usize];
        if about.state.has_not_run() || about.state == PodState::Down {
            return Span::ZERO;
        }
        let plan = self.blueprint.pods().workload(about.id.workload);
        let spec = &plan.spec;
        let grace = grace.unwrap_or(spec.grace);
        if spec.ignores_sigterm == 0.0
            && let Some(takes) = spec.termination.as_fixed()
        {
            return takes.min(grace);
        }
        let draw = about.draw(plan, self.seed, PodConcern::Terminate);
        if draw.second < spec.ignores_sigterm {
            grace
        } else {
            spec.termination.quantile(draw.first).min(grace)
        }
    }

    /// A pod is gone: its room is free, and a stateful set waits for its volume.
    pub(in crate::fleet) fn gone<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        let about = self.pods.list[pod as usize];
        if about.machine != NONE {
            self.refused_is_gone(crate::fleet::MachineIndex(about.machine), pod, observer);
        }
        self.tell_of_pod(pod, observer, || PodEvent::Gone);
        self.count_pods(about.id.workload, -1);
        self.leave_machine(pod);
        let kind = self.blueprint.pods().workload(about.id.workload).spec.kind;
        if kind == Kind::StatefulSet {
            self.go_through(
                pod,
                PodState::Detaching,
                PodConcern::Detach,
                Self::detached,
                observer,
            );
        } else {
            self.forget(pod);
        }
        if kind == Kind::Deployment {
            // Where it ended without having been deleted, it is replaced only now.
            self.replace(about.id, observer);
        }
        if about.machine != NONE {
            self.fill(about.machine, observer);
            self.drain_notices(about.machine, observer);
        }
    }

    pub(super) fn leave_machine(&mut self, pod: u32) {
        let about = self.pods.list[pod as usize];
        if about.machine == NONE {
            return;
        }
        let asks = self
            .blueprint
            .pods()
            .workload(about.id.workload)
            .spec
            .requests;
        self.pods.on[about.machine as usize].retain(|other| *other != pod);
        self.pods.used[about.machine as usize].take(asks);
        self.reload(about.machine);
    }

    fn detached<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        let about = self.pods.list[pod as usize];
        self.forget(pod);
        self.replace(about.id, observer);
        if about.machine != NONE {
            self.drain_notices(about.machine, observer);
        }
    }

    pub(super) fn forget(&mut self, pod: u32) {
        self.pods.list[pod as usize].state = PodState::Gone;
        self.agenda.cancel(self.blueprint.pod_entity(pod));
        self.pods.free.push(pod);
    }

    /// Makes the next pod of a replica, if the workload is still to have it.
    fn replace<O: Observer>(&mut self, id: PodId, observer: &mut O) {
        let workload = &self.pods.workloads[id.workload.at()];
        let is_wanted = id.ordinal < workload.replicas;
        if is_wanted && workload.live[id.ordinal as usize] == NONE {
            let generation = workload.generation[id.ordinal as usize] + 1;
            self.create(PodId { generation, ..id }, observer);
        }
    }

    /// How long one of the pod's concerns takes.
    pub(super) fn drawn(&self, pod: u32, concern: PodConcern) -> Span {
        let about = &self.pods.list[pod as usize];
        let plan = self.blueprint.pods().workload(about.id.workload);
        let takes: &Distribution = match concern {
            PodConcern::Pull => &plan.spec.image_pull,
            PodConcern::Start => &plan.spec.startup,
            PodConcern::Resync => &plan.spec.resync,
            PodConcern::Detach => &plan.spec.volume_detach,
            PodConcern::Place | PodConcern::Terminate => unreachable!("not a length"),
        };
        match takes.as_fixed() {
            Some(takes) => takes,
            None => takes.quantile(about.draw(plan, self.seed, concern).first),
        }
    }

    pub(super) fn wait_for_pod(&mut self, pod: u32, until: Time) {
        self.pods.list[pod as usize].until = until;
        self.agenda
            .schedule(self.blueprint.pod_entity(pod), until, Class::Ending);
    }

    /// Tells the observer of a pod, if anybody listens.
    pub(in crate::fleet) fn tell_of_pod<O: Observer>(
        &self,
        pod: u32,
        observer: &mut O,
        what: impl FnOnce() -> PodEvent,
    ) {
        let about = &self.pods.list[pod as usize];
        self.tell(observer, || crate::fleet::event::Event::Pod {
            pod: about.id,
            machine: (about.machine != NONE).then_some(crate::fleet::MachineIndex(about.machine)),
            what: what(),
        });
    }
}

impl super::Used {
    fn add(&mut self, asks: Requests) {
        self.cpu += asks.cpu;
        self.memory += asks.memory;
        self.pods += 1;
    }

    fn take(&mut self, asks: Requests) {
        self.cpu -= asks.cpu;
        self.memory -= asks.memory;
        self.pods -= 1;
    }
}
