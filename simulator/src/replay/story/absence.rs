//! Machines that are away, in words.

use crate::fleet::{Blueprint, FailureZone, MachineEvent, Pace, PaceEvent};

/// What happened to a machine that is away, or stops; `None` for what does to others.
pub(super) fn told(what: MachineEvent) -> Option<String> {
    Some(match what {
        MachineEvent::NodeShutdown => "stops: its kubelet ends the pods on it".to_owned(),
        MachineEvent::NodeUnknown { silent } => {
            format!("not heard from for {silent}: its node is Unknown")
        }
        MachineEvent::NodeTainted { toleration } => {
            format!("tainted unreachable: its pods are deleted in {toleration}")
        }
        MachineEvent::PodsEvicted { pods } => {
            format!("away for too long, pods deleted: {pods}")
        }
        _ => return None,
    })
}

/// At what pace the nodes of a zone are tainted now.
pub(super) fn pace_told(blueprint: &Blueprint, zone: FailureZone, what: PaceEvent) -> String {
    let (cluster, zone) = blueprint.failure_zone(zone);
    let place = zone.map_or(cluster.to_owned(), |zone| format!("{cluster}, zone {zone}"));
    let PaceEvent {
        pace,
        not_ready,
        nodes,
    } = what;
    let now = match pace {
        Pace::Normal => "lost machines lose their pods again",
        Pace::Slow => "lost machines lose their pods more slowly, one every 100 s",
        Pace::Stopped => "no further machine loses its pods",
        Pace::Dark => "no node of the cluster is Ready, no machine loses its pods",
    };
    format!("{place}: {not_ready} of {nodes} nodes not Ready: {now}")
}
