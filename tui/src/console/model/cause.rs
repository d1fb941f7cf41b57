//! Why something stands where it stands, in words that name the machine.

use std::fmt::Write as _;

use appliance::{
    Machine, MachineId, MachinePoolId, Operation, OperationStatus, Rollout, Scheduling, Text,
};

use super::Fleet;
use super::entry::{machine_reason, reason_told};
use super::sight::{Group, Sight, Trouble, Waiting};

impl Fleet {
    /// Why an operation stands where it stands; how far it is where nothing is the matter.
    pub fn cause_of_operation(&self, operation: &Operation) -> String {
        let Some(rollout) = &operation.rollout else {
            return String::new();
        };
        let sight = self.sight_of(operation);
        let waiting = left(rollout);
        let progress = format!("{}/{} updated", rollout.updated, rollout.targeted);
        match operation.status {
            OperationStatus::Failed => {
                let failed = sight.and_then(|sight| sight.failed);
                let why = failed.map(|failed| self.failed_told(failed));
                let told = why.unwrap_or(progress);
                match waiting {
                    0 => told,
                    _ => format!("{told}; {waiting} wait"),
                }
            }
            OperationStatus::Cancelling => format!("{} in flight still end", rollout.in_flight),
            OperationStatus::Pending => match self.open_operation(rollout.machine_pool_id) {
                Some(open) if open.id != operation.id => {
                    format!("waits for operation {}", open.id.0)
                }
                _ => format!("{} to move", rollout.targeted),
            },
            _ if rollout.is_paused => format!("{progress}, {waiting} wait"),
            OperationStatus::Running => self.progress_told(rollout, sight, progress),
            _ => progress,
        }
    }

    /// What holds a rollout up, or else how far it is.
    fn progress_told(&self, rollout: &Rollout, sight: Option<&Sight>, progress: String) -> String {
        let stuck = self
            .stuck(rollout.machine_pool_id)
            .filter(|_| sight.is_some());
        if let Some(machine) = stuck.and_then(|held| self.machine(held.machine)) {
            return format!("{}: {}", machine.name, machine_reason(machine));
        }
        let waiting = left(rollout);
        if rollout.in_flight == 0
            && waiting > 0
            && let Some(most) = sight.and_then(Sight::waits_most)
        {
            let reason = reason_told(&most.reason, most.object.as_ref());
            return format!("{progress}; {waiting} wait: {reason}");
        }
        let mut told = progress;
        for (count, what) in [(rollout.in_flight, "in flight"), (rollout.failed, "failed")] {
            if count > 0 {
                let _ = write!(told, ", {count} {what}");
            }
        }
        told
    }

    /// What is the matter in the pool of an operation, where that is about this one and not about one before it.
    pub(super) fn sight_of(&self, operation: &Operation) -> Option<&Sight> {
        let pool = operation.rollout.as_ref()?.machine_pool_id;
        let at_hand = self
            .open_operation(pool)
            .or_else(|| self.latest_operation(pool))?;
        (at_hand.id == operation.id)
            .then(|| self.sight(Some(pool)))
            .flatten()
    }

    /// The machines that failed, or one of them and how.
    fn failed_told(&self, failed: Group) -> String {
        let name = self.machine_name(failed.first);
        if failed.count > 1 {
            return format!("{name} and {} more failed", failed.count - 1);
        }
        let how = self
            .machine(failed.first)
            .and_then(|machine| machine.failure.as_ref());
        format!("{name}: {}", how.map_or("failed", Text::as_str))
    }

    pub(super) fn machine_name(&self, id: MachineId) -> Text {
        let unknown = || Text::from(format!("machine {}", id.0));
        self.machine(id)
            .map_or_else(unknown, |machine| machine.name.clone())
    }

    /// Whom something is wrong with.
    pub fn troubled_told(&self, pool: Option<MachinePoolId>, trouble: Trouble) -> String {
        match self.troubled(pool, trouble) {
            Some(Group { first, count: 1 }) => self.machine_name(first).to_string(),
            group => {
                let count = group.map_or(0, |group| group.count);
                match pool {
                    Some(pool) => format!("{count} of {}", self.pool_name(pool)),
                    None => format!("{count} in no pool"),
                }
            }
        }
    }

    /// Why something is wrong with some machines.
    pub fn cause_of_trouble(&self, pool: Option<MachinePoolId>, trouble: Trouble) -> String {
        let Some(group) = self.troubled(pool, trouble) else {
            return String::new();
        };
        let first = self.machine(group.first);
        let cause = first.map_or_else(String::new, cause_of_machine);
        match group.count {
            1 => cause,
            _ => format!("{}, …: {cause}", self.machine_name(group.first)),
        }
    }
}

impl Sight {
    /// What most of the machines wait for that are not in flight.
    pub fn waits_most(&self) -> Option<&Waiting> {
        self.waiting.iter().max_by_key(|waiting| waiting.count)
    }
}

/// Why a machine is where it is: its reason, or how its update failed, or who set it aside; empty where nothing is the
/// matter.
pub(super) fn cause_of_machine(machine: &Machine) -> String {
    let reason = machine_reason(machine);
    if !reason.is_empty() {
        return reason.into_owned();
    }
    let failure = machine.failure.as_ref().map(Text::as_str);
    match (&machine.scheduling, failure) {
        (Some(Scheduling::Quarantined), _) => "quarantined: its drain was given up".to_owned(),
        (Some(Scheduling::ByHand), None) => "cordoned by hand".to_owned(),
        (Some(Scheduling::Cordoned), None) => "cordoned, and left so".to_owned(),
        (_, Some(failure)) => failure.to_owned(),
        _ if machine.held == Some(true) => "held".to_owned(),
        _ if machine.excluded == Some(true) => "excluded".to_owned(),
        _ => String::new(),
    }
}

/// Machines of a rollout that have neither ended nor begun. What an appliance counts need not add up.
pub(super) fn left(rollout: &Rollout) -> u32 {
    let begun = [rollout.updated, rollout.failed, rollout.in_flight];
    begun
        .into_iter()
        .fold(rollout.targeted, u32::saturating_sub)
}
