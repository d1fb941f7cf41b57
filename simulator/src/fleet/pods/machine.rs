//! What a machine's coming and going does to the pods on it.
//!
//! Pods that were not evicted die with their machine and start again when it is back; those that were ending are gone.

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
                self.gone(pod, observer);
                continue;
            }
            if is_ours {
                self.note_violation(pod);
            }
            if !about.state.has_not_run() {
                self.pods.workloads[about.id.workload.at()].figures.lost += 1;
            }
            self.pods.list[pod as usize].state = PodState::Down;
            self.tell_of_pod(pod, observer, || PodEvent::Unready);
            if about.state == PodState::Ready {
                self.count_healthy(about.id.workload, -1);
            }
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
            let about = &mut self.pods.list[pod as usize];
            if about.state == PodState::Down {
                about.restarts += 1;
                self.start_pod(pod, observer);
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
        for pod in self.pods.on[machine.at()].clone() {
            let about = &self.pods.list[pod as usize];
            if about.state == PodState::Terminating && about.until <= now {
                self.agenda.cancel(self.blueprint.pod_entity(pod));
                self.gone(pod, observer);
            }
        }
    }
}
