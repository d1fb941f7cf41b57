//! Graceful node shutdown: the kubelet of a machine that stops ends the pods that are left on it.
//!
//! Its node is not Ready at once. Regular pods end first, then critical ones, each within its part of the time; no budget
//! is asked (<https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#graceful-node-shutdown>). A pod
//! that has ended so is replaced then, not when it gets its signal.

use super::pod::{NONE, PodState};
use crate::engine::{Span, Time};
use crate::fleet::MachineIndex;
use crate::fleet::event::{MachineEvent, Observer, PodEvent};
use crate::fleet::world::World;

impl World {
    /// A machine begins to stop. Returns how long its kubelet takes to end the pods on it.
    pub(in crate::fleet) fn shut_pods_down<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Span {
        if self.pods.on.get(index.at()).is_none_or(Vec::is_empty) {
            return Span::ZERO;
        }
        let pool = self.machine(index).pool;
        let shutdown = self.blueprint.about(pool).shutdown;
        if shutdown.grace.is_zero() {
            return Span::ZERO;
        }
        let is_running = |pod: &u32| self.pods.list[*pod as usize].state != PodState::Terminating;
        let mut pods = self.pods.on[index.at()].clone();
        pods.retain(is_running);
        if pods.is_empty() {
            return Span::ZERO;
        }
        pods.sort_by_key(|pod| self.pods.list[*pod as usize].id);
        self.tell_of(index, observer, || MachineEvent::NodeShutdown);
        let (critical, regular): (Vec<u32>, Vec<u32>) =
            pods.into_iter().partition(|pod| self.is_critical(*pod));
        let now = self.now();
        let for_regular = shutdown.grace - shutdown.critical;
        let regular_end = self.shut_group_down(&regular, now, for_regular, observer);
        let end = self.shut_group_down(&critical, regular_end, shutdown.critical, observer);
        end.since(now)
    }

    fn is_critical(&self, pod: u32) -> bool {
        let workload = self.pods.list[pod as usize].id.workload;
        self.blueprint.pods().workload(workload).spec.is_critical
    }

    /// Ends pods from an instant on, each after its own time or the longest that there is. Returns when the last is gone.
    fn shut_group_down<O: Observer>(
        &mut self,
        pods: &[u32],
        from: Time,
        longest: Span,
        observer: &mut O,
    ) -> Time {
        let mut end = from;
        for pod in pods {
            let until = from + self.time_to_end(*pod, None).min(longest);
            self.shut_down(*pod, until, observer);
            end = end.max(until);
        }
        end
    }

    fn shut_down<O: Observer>(&mut self, pod: u32, until: Time, observer: &mut O) {
        let about = self.pods.list[pod as usize];
        self.note_violation(pod);
        let workload = &mut self.pods.workloads[about.id.workload.at()];
        if !about.state.has_not_run() {
            workload.figures.lost += 1;
        }
        workload.live[about.id.ordinal as usize] = NONE;
        self.pods.list[pod as usize].state = PodState::Terminating;
        self.pods.list[pod as usize].is_shut_down = true;
        self.tell_of_pod(pod, observer, || PodEvent::ShutDown);
        self.wait_for_pod(pod, until);
        if about.state == PodState::Ready {
            self.count_healthy(about.id.workload, -1);
        }
    }
}
