//! What happens to pods, in words.

use crate::fleet::{Blueprint, MachineIndex, PodEvent, PodId};

/// An event of a pod; `None` for what the next one says anyway.
pub(super) fn told(
    blueprint: &Blueprint,
    pod: PodId,
    machine: Option<MachineIndex>,
    what: PodEvent,
) -> Option<String> {
    let name = blueprint.pod_name(pod);
    let on = machine.map_or(String::new(), |machine| {
        format!(" on {}", blueprint.machine_name(machine))
    });
    let said = match what {
        PodEvent::Created | PodEvent::Placed => return None,
        PodEvent::Pending { why } => format!("pending: {}", why.as_str()),
        PodEvent::Ready => format!("ready{on}"),
        PodEvent::Unready => format!("down with its machine{on}"),
        PodEvent::TaintEvicted => {
            format!("deleted{}, which is away", on.replacen(" on ", " from ", 1))
        }
        PodEvent::ShutDown => format!("ends with its machine{on}"),
        PodEvent::Evicted { budget, counts } => match budget {
            None => format!("evicted{on}"),
            Some(budget) => format!(
                "evicted{on} ({} of {} allowed by {})",
                counts.allowed,
                counts.expected,
                blueprint.budget_name(budget)
            ),
        },
        PodEvent::Refused {
            budget,
            counts,
            first,
            last,
            count,
        } => format!(
            "eviction{on} refused {count} times from {first} to {last} by {}: {} healthy, {} needed",
            blueprint.budget_name(budget),
            counts.healthy,
            counts.desired
        ),
        PodEvent::EvictionFailed => format!("eviction{on} failed: more than one budget covers it"),
        PodEvent::Deleted { is_forced: true } => format!("deleted{on} by force"),
        PodEvent::Deleted { is_forced: false } => format!("deleted{on}"),
        PodEvent::Gone => format!("gone{}", on.replacen(" on ", " from ", 1)),
    };
    Some(format!("{name}: {said}"))
}
