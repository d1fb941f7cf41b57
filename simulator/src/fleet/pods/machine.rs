//! What a machine's coming and going does to the pods on it.
//!
//! Pods that were not evicted die with their machine and start again when it is back. Nobody knows of their death until
//! the machine is missed, or back; those that were ending are there until then.

use super::pod::PodState;
use crate::fleet::MachineIndex;
use crate::fleet::event::{Observer, PodEvent};
use crate::fleet::world::World;

impl World {
    /// A machine has gone down with what is on it; `is_ours`: because its update went on.
    pub(in crate::fleet) fn pods_down<O: Observer>(
        &mut self,
        machine: MachineIndex,
        is_ours: bool,
        observer: &mut O,
    ) {
        if self.pods.on.is_empty() {
            return;
        }
        self.reload(machine.0);
        let now = self.now();
        self.pods.pulls_until[machine.at()] = now;
        self.pods.images[machine.at()].retain(|(_, there)| *there <= now);
        for pod in self.pods.on[machine.at()].clone() {
            let about = self.pods.list[pod as usize];
            self.agenda.cancel(self.blueprint.pod_entity(pod));
            if about.state == PodState::Terminating {
                self.shutdown_cut_off(pod, observer);
                continue;
            }
            if is_ours {
                self.note_violation(pod);
            }
            if !about.state.has_not_run() {
                self.pods.workloads[about.id.workload.at()].figures.lost += 1;
            }
            let about = &mut self.pods.list[pod as usize];
            about.seems_ready = about.state == PodState::Ready;
            about.state = PodState::Down;
        }
    }

    /// A machine has died while its kubelet ended a pod that nobody has deleted: nobody knows that it was to end.
    fn shutdown_cut_off<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        let about = &mut self.pods.list[pod as usize];
        let (id, is_shut_down) = (about.id, std::mem::take(&mut about.is_shut_down));
        let workload = &mut self.pods.workloads[id.workload.at()];
        if !is_shut_down || id.ordinal >= workload.replicas {
            return;
        }
        workload.live[id.ordinal as usize] = pod;
        self.pods.list[pod as usize].state = PodState::Down;
        self.tell_of_pod(pod, observer, || PodEvent::Unready);
    }

    /// The control plane notices that a pod is not Ready any more, if it took it to be.
    pub(in crate::fleet) fn not_ready_any_more<O: Observer>(&mut self, pod: u32, observer: &mut O) {
        let about = &mut self.pods.list[pod as usize];
        if std::mem::take(&mut about.seems_ready) {
            let workload = about.id.workload;
            self.tell_of_pod(pod, observer, || PodEvent::Unready);
            self.count_healthy(workload, -1);
        }
    }

    /// A machine is Ready again: what is on it starts again.
    pub(in crate::fleet) fn pods_up<O: Observer>(
        &mut self,
        machine: MachineIndex,
        observer: &mut O,
    ) {
        if self.pods.on.is_empty() {
            return;
        }
        for pod in self.pods.on[machine.at()].clone() {
            match self.pods.list[pod as usize].state {
                PodState::Down => {
                    self.not_ready_any_more(pod, observer);
                    self.pods.list[pod as usize].restarts += 1;
                    self.start_pod(pod, observer);
                }
                PodState::Terminating => self.gone(pod, observer),
                _ => {}
            }
        }
    }

    /// A machine may take pods again, or no longer.
    pub(in crate::fleet) fn schedulable<O: Observer>(
        &mut self,
        machine: MachineIndex,
        observer: &mut O,
    ) {
        if self.pods.on.is_empty() {
            return;
        }
        self.reload(machine.0);
        self.fill(machine.0, observer);
    }

    /// What ends on the machine at this instant is gone before anything else of the instant.
    pub(in crate::fleet) fn end_due_pods<O: Observer>(
        &mut self,
        machine: MachineIndex,
        observer: &mut O,
    ) {
        let now = self.now();
        for pod in self.pods.on.get(machine.at()).cloned().unwrap_or_default() {
            let about = &self.pods.list[pod as usize];
            if about.state == PodState::Terminating && about.until <= now {
                self.agenda.cancel(self.blueprint.pod_entity(pod));
                self.gone(pod, observer);
            }
        }
    }
}
