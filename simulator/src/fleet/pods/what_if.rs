//! What would become of the pods of a machine if it were drained now, answered on the fleet as it is, without time.

use super::pod::PodState;
use super::schedule::Unplaced;
use crate::fleet::MachineIndex;
use crate::fleet::pods::pod::PodId;
use crate::fleet::world::World;
use crate::scenario::Kind;

impl World {
    /// The pods of a machine for which no other machine would be found if it were drained now, one after the other.
    pub fn stranded_without(&self, machine: MachineIndex) -> Vec<(PodId, Unplaced)> {
        let Some(pods) = self
            .pods
            .on
            .get(machine.at())
            .filter(|pods| !pods.is_empty())
        else {
            return Vec::new();
        };
        let mut trial = self.clone();
        trial.change(machine, |machine| machine.condition.cordoned = true);
        trial.reload(machine.0);
        let mut stranded = Vec::new();
        for pod in pods {
            let about = self.pods.list[*pod as usize];
            let is_replaced =
                self.blueprint.pods().workload(about.id.workload).spec.kind != Kind::Bare;
            if !is_replaced || about.state == PodState::Terminating {
                continue;
            }
            let replacement = trial.add_pod(about.id);
            match trial.find_machine(replacement) {
                Ok(machine) => trial.assign(replacement, machine),
                Err(why) => stranded.push((about.id, why)),
            }
        }
        stranded
    }
}
