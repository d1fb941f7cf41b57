//! Changes of machines, pools and control planes, told to people.

use std::collections::BTreeMap;

use crate::fleet::{Blueprint, ChangeEvent, MachineIndex, PoolIndex, Task};
use crate::scenario::{Change, ChangeIndex, MachineRef, MachineSetting, PoolSetting};

/// A step that asks for a change.
pub(super) fn step_told(blueprint: &Blueprint, index: ChangeIndex) -> String {
    let change = blueprint.change(index);
    let verb = change.verb();
    let name = |machine: MachineRef| blueprint.machine_name(blueprint.machine(machine));
    let pool = |place: usize| blueprint.scenario().pools[place].name.as_str();
    match change {
        Change::Machine {
            machine,
            setting,
            apply,
        } => {
            let to = setting_told(setting);
            format!("{verb} {} to {to}{}", name(*machine), saved_only(*apply))
        }
        Change::Pool {
            pool: of,
            setting,
            apply,
            ..
        } => {
            let to = pool_setting_told(setting);
            format!("{verb} {} to {to}{}", pool(*of), saved_only(*apply))
        }
        Change::ControlPlane { cluster, version } => {
            let cluster = &blueprint.scenario().clusters[*cluster].name;
            format!("{verb} of the control plane of {cluster} to {version}")
        }
        Change::ApplyTo { machine, revision } => match revision {
            Some(revision) => format!("{verb} revision {revision} to {}", name(*machine)),
            None => format!("{verb} what was saved to {}", name(*machine)),
        },
        Change::Assign { machine, pool: to } => {
            format!("{verb} {} to {}", name(*machine), pool(*to))
        }
        Change::Register {
            machine, pool: to, ..
        } => match to {
            Some(to) => format!("{verb} {} for {}", name(*machine), pool(*to)),
            None => format!("{verb} {}", name(*machine)),
        },
        Change::Unassign { machine }
        | Change::ForceRemove { machine }
        | Change::Decommission { machine }
        | Change::Delete { machine }
        | Change::Enroll { machine } => format!("{verb} {}", name(*machine)),
    }
}

fn saved_only(apply: bool) -> &'static str {
    if apply { "" } else { ", saved only" }
}

fn setting_told(setting: &MachineSetting) -> String {
    match setting {
        MachineSetting::Hostname(name) => name.clone(),
        MachineSetting::Labels(labels) => labels_told(labels),
        MachineSetting::NetworkProfile(profile) => profile.clone(),
    }
}

fn pool_setting_told(setting: &PoolSetting) -> &str {
    match setting {
        PoolSetting::Version(to) | PoolSetting::NetworkProfile(Some(to)) => to,
        PoolSetting::NetworkProfile(None) => "none",
        PoolSetting::Image { bundle, .. } => bundle,
    }
}

fn labels_told(labels: &BTreeMap<String, String>) -> String {
    if labels.is_empty() {
        return "no labels".to_owned();
    }
    let told = labels.iter().map(|(key, value)| format!("{key}={value}"));
    told.collect::<Vec<_>>().join(",")
}

/// An operation that does one thing to one machine.
pub(super) fn task_told(blueprint: &Blueprint, pool: PoolIndex, task: Task) -> String {
    let action = task.action.as_str();
    let machine = blueprint.machine_name(task.machine);
    if blueprint.is_pool(pool) {
        format!("{action} {machine} ({})", blueprint.pool_name(pool))
    } else {
        format!("{action} {machine}")
    }
}

/// A revision of a pool that a change made.
pub(super) fn revision_told(
    blueprint: &Blueprint,
    pool: PoolIndex,
    revision: u32,
    change: ChangeIndex,
) -> String {
    let name = blueprint.pool_name(pool);
    let what = match blueprint.change(change) {
        Change::Pool { setting, .. } => pool_setting_told(setting),
        other => other.verb(),
    };
    format!("{name}: revision {revision} saved, with {what}")
}

/// What became of a machine.
pub(super) fn told(blueprint: &Blueprint, machine: MachineIndex, what: ChangeEvent) -> String {
    match what {
        ChangeEvent::RevisionSaved { number } => format!("its own revision {number} is saved"),
        ChangeEvent::Renamed => {
            format!(
                "has its host name now, it was {}",
                blueprint.former_name(machine)
            )
        }
        ChangeEvent::Labelled => {
            format!("labels: {}", labels_told(&blueprint.own_labels(machine)))
        }
        ChangeEvent::NetworkProfileSet => {
            let profile = blueprint
                .network_profile(machine)
                .unwrap_or("that of its pool");
            format!("network profile: {profile}")
        }
        ChangeEvent::Registered { pool: None } => "registered, in no pool".to_owned(),
        ChangeEvent::Registered { pool: Some(pool) } => {
            format!("registered for {}", blueprint.pool_name(pool))
        }
        ChangeEvent::Prepared { pool } => {
            format!("will go to {} when it boots", blueprint.pool_name(pool))
        }
        ChangeEvent::Enrolled => "enrolled, reboots into its image".to_owned(),
        ChangeEvent::Assigned { pool } => format!("assigned to {}", blueprint.pool_name(pool)),
        ChangeEvent::Joined { pool } => format!("has joined {}", blueprint.pool_name(pool)),
        ChangeEvent::Unassigned { is_forced: true } => "removed from its pool by force".to_owned(),
        ChangeEvent::Unassigned { is_forced: false } => "in no pool, ready".to_owned(),
        ChangeEvent::Deleted => "deleted".to_owned(),
    }
}
