//! Changes of machines, pools and control planes, told to programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Who;
use crate::fleet::{Blueprint, ChangeEvent, Event, MachineIndex, PoolIndex};
use crate::scenario::{Change, MachineSetting, PoolSetting};

/// What a line tells, by its `kind`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum ChangeLine<'b> {
    PoolRevisionSaved {
        pool: &'b str,
        revision: u32,
        #[serde(flatten)]
        what: Fields<'b>,
    },
    ControlPlaneMoved {
        cluster: &'b str,
        version: &'b str,
    },
    MachineRevisionSaved {
        #[serde(flatten)]
        who: Who<'b>,
        machine_revision: u32,
    },
    MachineRenamed {
        #[serde(flatten)]
        who: Who<'b>,
        /// Its name until now.
        was: String,
    },
    MachineLabelled {
        #[serde(flatten)]
        who: Who<'b>,
        labels: BTreeMap<String, String>,
    },
    MachineNetworkProfileSet {
        #[serde(flatten)]
        who: Who<'b>,
        network_profile: Option<&'b str>,
    },
    MachineRegistered {
        #[serde(flatten)]
        who: Who<'b>,
        uuid: Option<&'b str>,
        for_pool: Option<&'b str>,
    },
    MachinePrepared {
        #[serde(flatten)]
        who: Who<'b>,
        for_pool: &'b str,
    },
    MachineEnrolled {
        #[serde(flatten)]
        who: Who<'b>,
    },
    MachineAssigned {
        #[serde(flatten)]
        who: Who<'b>,
    },
    MachineJoined {
        #[serde(flatten)]
        who: Who<'b>,
    },
    MachineUnassigned {
        #[serde(flatten)]
        who: Who<'b>,
        forced: bool,
    },
    MachineDeleted {
        #[serde(flatten)]
        who: Who<'b>,
    },
}

/// What a step or a change says beside whom it is about.
#[derive(Default, Serialize)]
pub(super) struct Fields<'b> {
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'b BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_profile: Option<Profile<'b>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uuid: Option<&'b str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apply: Option<bool>,
}

/// A network profile that is set: its name, or `null` where it is taken away.
#[derive(Serialize)]
#[serde(untagged)]
enum Profile<'b> {
    Named(&'b str),
    None,
}

impl<'b> Fields<'b> {
    /// Of a step that asks for a change.
    pub(super) fn of_step(blueprint: &'b Blueprint, change: &'b Change) -> Self {
        let mut fields = Self::of(blueprint, change);
        fields.apply = match change {
            Change::Machine { apply, .. } | Change::Pool { apply, .. } => Some(*apply),
            _ => None,
        };
        fields
    }

    fn of(blueprint: &'b Blueprint, change: &'b Change) -> Self {
        let mut fields = Self::default();
        match change {
            Change::Machine { setting, .. } => match setting {
                MachineSetting::Hostname(name) => fields.hostname = Some(name),
                MachineSetting::Labels(labels) => fields.labels = Some(labels),
                MachineSetting::NetworkProfile(profile) => {
                    fields.network_profile = Some(Profile::Named(profile));
                }
            },
            Change::Pool { setting, .. } => match setting {
                PoolSetting::Version(version) => fields.version = Some(version),
                PoolSetting::NetworkProfile(profile) => {
                    let named = profile.as_deref().map_or(Profile::None, Profile::Named);
                    fields.network_profile = Some(named);
                }
                PoolSetting::Image { bundle, .. } => fields.image = Some(bundle),
            },
            Change::ControlPlane { cluster, version } => {
                fields.cluster = Some(&blueprint.scenario().clusters[*cluster].name);
                fields.version = Some(version);
            }
            Change::Register {
                uuid,
                hostname,
                labels,
                ..
            } => {
                fields.uuid = uuid.as_deref();
                fields.hostname = hostname.as_deref();
                fields.labels = labels.as_ref();
            }
            _ => {}
        }
        fields
    }
}

/// What became of pools and control planes.
pub(super) fn what<'b>(blueprint: &'b Blueprint, event: &Event) -> ChangeLine<'b> {
    match *event {
        Event::RevisionSaved {
            pool,
            revision,
            change,
        } => ChangeLine::PoolRevisionSaved {
            pool: blueprint.pool_name(pool),
            revision,
            what: Fields::of(blueprint, blueprint.change(change)),
        },
        Event::ControlPlane { cluster } => ChangeLine::ControlPlaneMoved {
            cluster: &blueprint.scenario().clusters[cluster].name,
            version: blueprint.control_plane(cluster),
        },
        _ => unreachable!("only what becomes of pools and control planes is told here"),
    }
}

/// What became of a machine.
pub(super) fn of_machine<'b>(
    blueprint: &'b Blueprint,
    machine: MachineIndex,
    who: Who<'b>,
    what: ChangeEvent,
) -> ChangeLine<'b> {
    let pool_name = |pool: PoolIndex| blueprint.pool_name(pool);
    match what {
        ChangeEvent::RevisionSaved { number } => ChangeLine::MachineRevisionSaved {
            who,
            machine_revision: number,
        },
        ChangeEvent::Renamed => ChangeLine::MachineRenamed {
            who,
            was: blueprint.former_name(machine),
        },
        ChangeEvent::Labelled => ChangeLine::MachineLabelled {
            who,
            labels: (*blueprint.own_labels(machine)).clone(),
        },
        ChangeEvent::NetworkProfileSet => ChangeLine::MachineNetworkProfileSet {
            who,
            network_profile: blueprint.network_profile(machine),
        },
        ChangeEvent::Registered { pool } => ChangeLine::MachineRegistered {
            who,
            uuid: blueprint.machine_uuid(machine),
            for_pool: pool.map(pool_name),
        },
        ChangeEvent::Prepared { pool } => ChangeLine::MachinePrepared {
            who,
            for_pool: pool_name(pool),
        },
        ChangeEvent::Enrolled => ChangeLine::MachineEnrolled { who },
        ChangeEvent::Assigned { .. } => ChangeLine::MachineAssigned { who },
        ChangeEvent::Joined { .. } => ChangeLine::MachineJoined { who },
        ChangeEvent::Unassigned { is_forced } => ChangeLine::MachineUnassigned {
            who,
            forced: is_forced,
        },
        ChangeEvent::Deleted => ChangeLine::MachineDeleted { who },
    }
}
