//! What people do with machines, told to programs.

use serde::Serialize;

use super::Who;
use crate::engine::Time;
use crate::fleet::{Blueprint, MachineEvent};

/// What a line tells, by its `kind`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum PeopleLine<'b> {
    HandsCalled {
        #[serde(flatten)]
        who: Who<'b>,
        hands: Option<&'b str>,
        /// `None`: nobody will be there.
        comes_s: Option<Time>,
    },
    RepairBegan {
        #[serde(flatten)]
        who: Who<'b>,
        hands: Option<&'b str>,
        /// `None`: nobody will be there to end it.
        until_s: Option<Time>,
    },
    MachineHeld {
        #[serde(flatten)]
        who: Who<'b>,
        held: bool,
    },
    MachineExcluded {
        #[serde(flatten)]
        who: Who<'b>,
        excluded: bool,
    },
}

pub(super) fn what<'b>(
    blueprint: &'b Blueprint,
    who: Who<'b>,
    what: MachineEvent,
) -> PeopleLine<'b> {
    match what {
        MachineEvent::HandsCalled { hands, comes } => PeopleLine::HandsCalled {
            who,
            hands: blueprint.hands_name(hands),
            comes_s: comes,
        },
        MachineEvent::RepairBegan { hands, until } => PeopleLine::RepairBegan {
            who,
            hands: blueprint.hands_name(hands),
            until_s: until,
        },
        MachineEvent::Held { held } => PeopleLine::MachineHeld { who, held },
        MachineEvent::Excluded { excluded } => PeopleLine::MachineExcluded { who, excluded },
        _ => unreachable!("only what people do is told here"),
    }
}
