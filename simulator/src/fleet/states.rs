//! The states of machines and pools as an appliance tells them, and whether they are in one that a scenario asks for.

use appliance::{MachinePoolStatus, MachineStatus, Scheduling};

use super::event::Observer;
use super::machine::{Activity, Machine, Membership, Reason};
use super::operation::Status;
use super::world::World;
use super::{MachineIndex, PoolIndex, pool_at};
use crate::engine::Time;
use crate::scenario::{Enrolment, Object, State, StateAt};

impl World {
    /// What a machine is doing.
    pub fn machine_status(&self, index: MachineIndex) -> MachineStatus {
        let machine = self.machine(index);
        match machine.membership {
            _ if machine.enrolment != Enrolment::Assigned => unassigned(machine),
            Membership::InFlight => MachineStatus::Updating,
            _ if machine.is_moving() || machine.is_on_its_way() => MachineStatus::Updating,
            _ if machine.is_up() => MachineStatus::Ready,
            _ if machine.is_not_ready() => MachineStatus::NotReady,
            _ => MachineStatus::Unreachable,
        }
    }

    /// What a pool is doing.
    pub fn pool_status(&self, index: PoolIndex) -> MachinePoolStatus {
        let latest = self.latest_operation(index);
        match latest.map(|operation| self.operation(operation).status) {
            Some(Status::Running | Status::Cancelling) => MachinePoolStatus::Updating,
            Some(Status::Failed) => MachinePoolStatus::Failed,
            _ => MachinePoolStatus::Ready,
        }
    }

    /// Runs up to every instant that the scenario asks about, in their order; whether what it asks for is so then, in
    /// the order of the scenario. `None`: the instant was over before.
    pub(super) fn run_to_states<O: Observer>(&mut self, observer: &mut O) -> Vec<Option<bool>> {
        let blueprint = std::sync::Arc::clone(self.blueprint());
        let asked: Vec<&StateAt> = blueprint.scenario().states().collect();
        let mut order: Vec<usize> = (0..asked.len()).collect();
        order.sort_by_key(|place| asked[*place].at);
        let mut found = vec![None; asked.len()];
        let from = self.now();
        for place in order {
            let about = asked[place];
            if about.at == Time::START || about.at > from {
                while self.step(about.at, observer) {}
                found[place] = Some(self.is_in(about));
            }
        }
        found
    }

    /// Whether what a scenario asks for is so now.
    fn is_in(&mut self, about: &StateAt) -> bool {
        match about.of {
            Object::Machine(machine) => {
                let machine = self.blueprint().machine(machine);
                self.is_machine_in(machine, &about.state)
            }
            Object::Pool(pool) => self.is_pool_in(pool_at(pool), &about.state),
        }
    }

    fn is_machine_in(&self, index: MachineIndex, state: &State) -> bool {
        let machine = self.machine(index);
        if !machine.is_present() {
            return false;
        }
        let word = match state {
            State::Revision(number) => return machine.revision == *number,
            State::Word(word) => word.as_str(),
        };
        let phase = match machine.activity {
            _ if self.is_draining(index) => Some("drain"),
            Activity::Phase(phase) => Some(phase.as_str()),
            _ => None,
        };
        let reason = self.reason(index).map(Reason::as_str);
        self.machine_status(index).as_str() == word
            || scheduling(machine).as_str() == word
            || phase == Some(word)
            || reason == Some(word)
    }

    fn is_pool_in(&self, pool: PoolIndex, state: &State) -> bool {
        let number = match state {
            State::Word(word) => return self.pool_status(pool).as_str() == word,
            State::Revision(number) => *number,
        };
        let machines = self.blueprint().machines_of(pool);
        let mut there = machines
            .map(|machine| self.machine(machine))
            .filter(|machine| machine.is_present())
            .peekable();
        there.peek().is_some() && there.all(|machine| machine.revision == number)
    }
}

/// What a machine in no pool is.
fn unassigned(machine: &Machine) -> MachineStatus {
    match machine.enrolment {
        Enrolment::Preregistered => MachineStatus::Preregistered,
        Enrolment::ForceUnassigned => MachineStatus::ForceUnassigned,
        _ if machine.is_on_its_way() => MachineStatus::Updating,
        _ if !machine.has_power() || machine.is_dead() => MachineStatus::Unreachable,
        _ => MachineStatus::ReadyUnassigned,
    }
}

/// Whether a machine takes new pods.
pub fn scheduling(machine: &Machine) -> Scheduling {
    match machine {
        _ if machine.is_quarantined() => Scheduling::Quarantined,
        _ if machine.is_cordoned_by_hand() => Scheduling::ByHand,
        _ if machine.is_cordoned() => Scheduling::Cordoned,
        _ => Scheduling::Open,
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Seed;
    use crate::fleet::people::GateIndex;
    use crate::fleet::pods::plan::{BudgetIndex, WorkloadIndex};
    use crate::fleet::{Blueprint, Reason, RunRow};
    use crate::scenario::{Scenario, WAITS};

    #[test]
    fn every_wait_has_its_word() {
        // A new reason does not compile here until it stands among these.
        let is_wait = |reason: Reason| match reason {
            Reason::Paused
            | Reason::Halted
            | Reason::Window
            | Reason::Gate(_)
            | Reason::Hold
            | Reason::Backoff
            | Reason::Canary
            | Reason::Slot
            | Reason::Poll
            | Reason::Power
            | Reason::Repair(_)
            | Reason::Capacity(_)
            | Reason::Budget(_)
            | Reason::Volume
            | Reason::PodGrace(_) => true,
            Reason::Phase(_) => false,
        };
        let waits = [
            Reason::Paused,
            Reason::Halted,
            Reason::Window,
            Reason::Gate(GateIndex(0)),
            Reason::Hold,
            Reason::Backoff,
            Reason::Canary,
            Reason::Slot,
            Reason::Poll,
            Reason::Power,
            Reason::Repair(None),
            Reason::Capacity(BudgetIndex(0)),
            Reason::Budget(BudgetIndex(0)),
            Reason::Volume,
            Reason::PodGrace(WorkloadIndex(0)),
        ];
        assert!(waits.into_iter().all(is_wait));
        assert_eq!(waits.map(Reason::as_str), WAITS);
    }

    /// Two machines, five minutes each, one after the other; the first from the first minute on.
    #[test]
    fn a_state_is_that_after_everything_of_the_instant() {
        let question = |at: &str, of: &str, state: &str| {
            format!(
                "[[expect]]\nthat = \"state_at == 100%\"\nat = \"{at}\"\n{of}\nstate = \"{state}\"\n"
            )
        };
        let rows = [
            ("+1m", "machine = \"p-1\"", "updating", true),
            ("+30s", "machine = \"p-1\"", "ready", true),
            ("+30s", "machine = \"p-1\"", "updating", false),
            ("+2m", "machine = \"p-2\"", "slot", true),
            ("+2m", "machine = \"p-1\"", "update", true),
            ("+2m", "machine = \"p-1\"", "cordoned", true),
            ("+6m", "machine = \"p-1\"", "revision 2", true),
            ("+6m", "machine = \"p-2\"", "open", false),
            ("+10m", "pool = \"p\"", "updating", true),
            ("+11m", "pool = \"p\"", "ready", true),
            ("+10m", "pool = \"p\"", "revision 2", false),
            ("+11m", "pool = \"p\"", "revision 2", true),
            ("+20m", "machine = \"p-2\"", "open", true),
        ];
        let questions: String = rows
            .map(|(at, of, state, _)| question(at, of, state))
            .concat();
        let text = format!(
            "[hardware.h]\nupdate = \"5m\"\n[[pools]]\nname = \"p\"\nmachines = 2\nhardware = \"h\"\n[[steps]]\nat = \"+1m\"\ndo = \"apply\"\npool = \"p\"\n{questions}"
        );
        let blueprint = Blueprint::new(Scenario::parse(&text, "test", "test").unwrap());
        let row = RunRow::of_run(&blueprint, Seed(1).of_run(0));
        for ((at, of, state, expected), found) in rows.iter().zip(&row.states) {
            assert_eq!(*found, Some(*expected), "{at} {of} {state}");
        }
        assert_eq!(row.states.len(), rows.len());
    }
}
