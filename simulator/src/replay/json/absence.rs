//! Machines that are away, and what they come back as, told to programs.

use serde::Serialize;

use super::Who;
use crate::engine::Span;
use crate::fleet::{Blueprint, FailureZone, MachineEvent, PaceEvent};

/// What a line tells of a machine that is away, by its `kind`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum AbsenceLine<'b> {
    BootsAgain {
        #[serde(flatten)]
        who: Who<'b>,
        why: &'static str,
        boot: u32,
    },
    RolledBack {
        #[serde(flatten)]
        who: Who<'b>,
        revision: u32,
    },
    MachineCrashed {
        #[serde(flatten)]
        who: Who<'b>,
    },
    Repaired {
        #[serde(flatten)]
        who: Who<'b>,
    },
    NodeShutdown {
        #[serde(flatten)]
        who: Who<'b>,
    },
    NodeUnknown {
        #[serde(flatten)]
        who: Who<'b>,
        /// Since its last heartbeat.
        silent_s: Span,
    },
    NodeTainted {
        #[serde(flatten)]
        who: Who<'b>,
        /// How long pods tolerate it.
        toleration_s: Span,
    },
    PodsEvicted {
        #[serde(flatten)]
        who: Who<'b>,
        pods: u32,
    },
    EvictionPace {
        cluster: &'b str,
        zone: Option<&'b str>,
        pace: &'static str,
        not_ready: u32,
        nodes: u32,
    },
}

/// What a line tells of a machine that is away, dead, or stops.
pub(super) fn of_machine(who: Who<'_>, what: MachineEvent) -> AbsenceLine<'_> {
    match what {
        MachineEvent::BootsAgain { why, boot } => AbsenceLine::BootsAgain {
            who,
            why: why.as_str(),
            boot,
        },
        MachineEvent::RolledBack { revision } => AbsenceLine::RolledBack { who, revision },
        MachineEvent::Crashed => AbsenceLine::MachineCrashed { who },
        MachineEvent::Repaired => AbsenceLine::Repaired { who },
        MachineEvent::NodeShutdown => AbsenceLine::NodeShutdown { who },
        MachineEvent::NodeUnknown { silent } => AbsenceLine::NodeUnknown {
            who,
            silent_s: silent,
        },
        MachineEvent::NodeTainted { toleration } => AbsenceLine::NodeTainted {
            who,
            toleration_s: toleration,
        },
        MachineEvent::PodsEvicted { pods } => AbsenceLine::PodsEvicted { who, pods },
        _ => unreachable!("what is told of other machines has lines of its own"),
    }
}

/// What a line tells of the pace at which the nodes of a zone are tainted.
pub(super) fn pace(blueprint: &Blueprint, zone: FailureZone, what: PaceEvent) -> AbsenceLine<'_> {
    let (cluster, zone) = blueprint.failure_zone(zone);
    AbsenceLine::EvictionPace {
        cluster,
        zone,
        pace: what.pace.as_str(),
        not_ready: what.not_ready,
        nodes: what.nodes,
    }
}
