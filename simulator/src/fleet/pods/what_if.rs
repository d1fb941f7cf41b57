//! What would become of the pods of a machine if it were drained now, answered on the fleet as it is, without time.

use super::plan::WorkloadIndex;
use super::pod::PodState;
use super::schedule::Unplaced;
use crate::fleet::MachineIndex;
use crate::fleet::world::World;
use crate::scenario::Kind;

/// A fleet on which drains are tried out, one machine after the other, each from the same start.
pub struct Trial {
    world: World,
}

impl Trial {
    /// Tries drains out on the fleet as it is.
    pub fn new(world: &World) -> Self {
        Self {
            world: world.clone(),
        }
    }

    /// The pods of a machine for which no other machine would be found if it were drained now, one after the other.
    pub fn stranded_without(&mut self, machine: MachineIndex) -> Vec<(WorkloadIndex, Unplaced)> {
        let world = &mut self.world;
        let mut pods = world.pods.on.get(machine.at()).cloned().unwrap_or_default();
        pods.retain(|pod| world.is_to_be_replaced(*pod));
        if pods.is_empty() {
            return Vec::new();
        }
        let was_cordoned = world.machine(machine).is_cordoned();
        world.change(machine, |machine| machine.condition.cordoned = true);
        world.reload(machine.0);
        let (mut placed, mut stranded) = (Vec::new(), Vec::new());
        for pod in pods {
            let id = world.pods.list[pod as usize].id;
            let replacement = world.add_pod(id);
            match world.find_machine(replacement) {
                Ok(machine) => world.assign(replacement, machine),
                Err(why) => stranded.push((id.workload, why)),
            }
            placed.push((replacement, pod));
        }
        for (replacement, pod) in placed {
            world.take_back(replacement, pod);
        }
        world.change(machine, |machine| machine.condition.cordoned = was_cordoned);
        world.reload(machine.0);
        stranded
    }
}

impl World {
    /// Whether somebody makes a new pod when this one goes.
    fn is_to_be_replaced(&self, pod: u32) -> bool {
        let about = &self.pods.list[pod as usize];
        let kind = self.blueprint.pods().workload(about.id.workload).spec.kind;
        kind != Kind::Bare && about.state != PodState::Terminating
    }

    /// Undoes a placement that was tried, and gives its replica back to the pod that it was to replace.
    fn take_back(&mut self, replacement: u32, pod: u32) {
        self.leave_machine(replacement);
        self.forget(replacement);
        let about = self.pods.list[pod as usize];
        let workload = &mut self.pods.workloads[about.id.workload.at()];
        workload.live[about.id.ordinal as usize] = pod;
        self.count_pods(about.id.workload, -1);
    }
}
