//! Is the fleet fit for a rollout: versions, machines that are down or cordoned, free slots.

use super::{Finding, Says, Severity, Subject};
use crate::fleet::MachineIndex;

pub(super) fn check(about: &Subject<'_>) -> Vec<Finding> {
    [versions(about), down(about), cordoned(about), slots(about)].concat()
}

/// A kubelet must not be newer than its control plane (<https://kubernetes.io/releases/version-skew-policy/>).
fn versions(about: &Subject<'_>) -> Vec<Finding> {
    let revision = about.world.next_revision(about.pool);
    if !about
        .world
        .is_newer_than_its_control_plane(about.pool, revision)
    {
        return Vec::new();
    }
    let pool = &about.blueprint.scenario().pools[about.pool.at()];
    let cluster = &about.blueprint.scenario().clusters[pool.cluster];
    vec![about.finding(
        &pool.name,
        &[],
        Says {
            severity: Severity::Blocks,
            check: "version",
            what: format!(
                "Kubernetes {} of the pool is newer than {} of its control plane",
                about.world.kubelet(about.pool, revision),
                about.blueprint.control_plane(pool.cluster)
            ),
            change: format!("upgrade the cluster {} first", cluster.name),
        },
    )]
}

fn down(about: &Subject<'_>) -> Vec<Finding> {
    let down: Vec<_> = about
        .machines()
        .filter(|machine| {
            let machine = about.world.machine(*machine);
            !machine.is_up() && !machine.is_on_its_way()
        })
        .collect();
    if down.is_empty() {
        return Vec::new();
    }
    vec![about.finding(
        about.blueprint.pool_name(about.pool),
        &down,
        Says {
            severity: Severity::Risks,
            check: "machine-down",
            what: format!(
                "{} of its machines are not Ready, and use slots",
                down.len()
            ),
            change: "bring them back first".to_owned(),
        },
    )]
}

fn cordoned(about: &Subject<'_>) -> Vec<Finding> {
    let by_hand: Vec<_> = about
        .machines()
        .filter(|machine| about.world.machine(*machine).is_cordoned_by_hand())
        .collect();
    if by_hand.is_empty() {
        return Vec::new();
    }
    vec![about.finding(
        about.blueprint.pool_name(about.pool),
        &by_hand,
        Says {
            severity: Severity::Risks,
            check: "cordoned-by-hand",
            what: format!(
                "{} of its machines are cordoned by hand: they use slots, and stay cordoned",
                by_hand.len()
            ),
            change: "uncordon them first".to_owned(),
        },
    )]
}

/// With no slot free, only the machines that use them could start.
fn slots(about: &Subject<'_>) -> Vec<Finding> {
    let slots = about.blueprint.slots(about.pool) + about.blueprint.surge(about.pool);
    let using: Vec<MachineIndex> = about
        .machines()
        .filter(|machine| about.world.machine(*machine).uses_slot())
        .collect();
    if (using.len() as u64) < u64::from(slots) || using.is_empty() {
        return Vec::new();
    }
    vec![about.finding(
        about.blueprint.pool_name(about.pool),
        &using,
        Says {
            severity: Severity::Blocks,
            check: "slots",
            what: format!(
                "all {slots} slots are used by machines that are down, cordoned or in flight"
            ),
            change: format!("max_unavailable = {}", using.len() + 1),
        },
    )]
}
