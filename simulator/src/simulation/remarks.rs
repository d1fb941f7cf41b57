//! What else is to say of why a machine is where it is: what ends that, or when.

use appliance::{Remark, Text};

use super::Simulation;
use crate::engine::Time;
use crate::fleet::{Help, MachineIndex, Reason};

impl Simulation {
    /// What is to say of a machine, what ends its wait first.
    pub(super) fn remarks(&self, index: MachineIndex) -> Vec<Remark> {
        let machine = self.world.machine(index);
        let gate = self.gate_told(index);
        let held = machine
            .is_held()
            .then(|| remark("held: its turn waits until it is unheld", None));
        let excluded = machine
            .is_excluded()
            .then(|| remark("excluded: no rollout targets it until it is included", None));
        let told = [gate, self.help_told(index), held, excluded];
        told.into_iter().flatten().collect()
    }

    /// The gate that it waits for.
    fn gate_told(&self, index: MachineIndex) -> Option<Remark> {
        let Some(Reason::Gate(gate)) = self.world.reason(index) else {
            return None;
        };
        let since = self.world.red_since(gate)?;
        let name = self.world.blueprint().gate_name(gate);
        Some(remark(&format!("gate {name} is red since"), Some(since)))
    }

    /// How far its repair is.
    fn help_told(&self, index: MachineIndex) -> Option<Remark> {
        let help = self.world.help_due(index)?;
        let blueprint = self.world.blueprint();
        let name = blueprint
            .hands_of(self.world.machine(index).pool)
            .and_then(|hands| blueprint.hands_name(hands));
        let who = name.map_or("hands".to_owned(), |name| format!("hands {name}"));
        Some(match help {
            Help::Comes(Some(at)) => remark(&format!("dead: {who} called, come at"), Some(at)),
            Help::IsBusy => remark(&format!("dead: {who} called, busy or not there"), None),
            Help::Works(Some(at)) => remark(&format!("under repair by {who} until"), Some(at)),
            Help::Comes(None) | Help::Works(None) => {
                let says = format!("dead: {who} called, and nobody will be there any more");
                remark(&says, None)
            }
        })
    }
}

fn remark(text: &str, at: Option<Time>) -> Remark {
    Remark {
        text: Text::from(text),
        at_ms: at.map(Time::as_millis),
    }
}
