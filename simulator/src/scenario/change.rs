//! Changes of a machine's or a pool's life: what an operator can ask of the appliance beside a rollout.

use std::collections::BTreeMap;

use super::machines::MachineRef;

/// A change of a machine, a pool or a control plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Makes a revision of one machine.
    Machine {
        /// The machine.
        machine: MachineRef,
        /// What is different in it.
        setting: MachineSetting,
        /// Whether it is rolled out at once, and not only saved.
        apply: bool,
    },
    /// Makes a revision of a pool.
    Pool {
        /// The pool's place in [`super::Scenario::pools`].
        pool: usize,
        /// What is different in it.
        setting: PoolSetting,
        /// Its number; 0: the next one of the pool.
        revision: u32,
        /// Whether it is rolled out at once, and not only saved.
        apply: bool,
    },
    /// Moves a control plane to another version, at once.
    ControlPlane {
        /// The cluster's place in [`super::Scenario::clusters`].
        cluster: usize,
        /// The version, as `1.33.4`.
        version: String,
    },
    /// Rolls a revision of its pool out to one machine, or what was saved for the machine itself.
    ApplyTo {
        /// The machine.
        machine: MachineRef,
        /// The pool's revision; `None`: the machine's saved one, or else the one that was saved for its pool.
        revision: Option<u32>,
    },
    /// Puts a machine into a pool.
    Assign {
        /// The machine.
        machine: MachineRef,
        /// The pool's place in [`super::Scenario::pools`].
        pool: usize,
    },
    /// Takes a machine out of its pool, gracefully.
    Unassign {
        /// The machine.
        machine: MachineRef,
    },
    /// Takes a machine out of its pool at once, without its help.
    ForceRemove {
        /// The machine.
        machine: MachineRef,
    },
    /// Takes a machine out of its pool gracefully, then deletes it.
    Decommission {
        /// The machine.
        machine: MachineRef,
    },
    /// Deletes a machine that is in no pool.
    Delete {
        /// The machine.
        machine: MachineRef,
    },
    /// Makes a machine known before it boots.
    Register {
        /// The machine.
        machine: MachineRef,
        /// Its BIOS UUID; `None`: that which it has anyway.
        uuid: Option<String>,
        /// The pool that it goes to when it boots, by its place in [`super::Scenario::pools`].
        pool: Option<usize>,
        /// Its host name; `None`: that which it has anyway.
        hostname: Option<String>,
        /// Its own labels; `None`: those that it has anyway.
        labels: Option<BTreeMap<String, String>>,
    },
    /// Lets a machine boot an enrollment image.
    Enroll {
        /// The machine.
        machine: MachineRef,
    },
}

/// What a revision of a machine changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MachineSetting {
    /// Its host name.
    Hostname(String),
    /// Its own labels, all of them.
    Labels(BTreeMap<String, String>),
    /// Its network profile, by name.
    NetworkProfile(String),
}

/// What a revision of a pool changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolSetting {
    /// The Kubernetes version of its machines, as `1.33.4`.
    Version(String),
    /// Its network profile, by name; `None`: it has none any more, which no step of a scenario can say.
    NetworkProfile(Option<String>),
    /// Its machine image.
    Image {
        /// The bundle's name, as `1.33.5-melt.30`.
        bundle: String,
        /// Whether it brings other firmware too.
        changes_firmware: bool,
    },
}

impl Change {
    /// The verb of the step or order.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Machine { setting, .. } => setting.verb(),
            Self::Pool { setting, .. } => match setting {
                PoolSetting::Version(_) => "set-version",
                PoolSetting::NetworkProfile(_) => "set-network-profile",
                PoolSetting::Image { .. } => "set-image",
            },
            Self::ControlPlane { .. } => "set-version",
            Self::ApplyTo { .. } => "apply",
            Self::Assign { .. } => "assign",
            Self::Unassign { .. } => "unassign",
            Self::ForceRemove { .. } => "force-remove",
            Self::Decommission { .. } => "decommission",
            Self::Delete { .. } => "delete",
            Self::Register { .. } => "register",
            Self::Enroll { .. } => "enroll",
        }
    }

    /// The machine that it is about, if it is about one.
    pub const fn machine(&self) -> Option<MachineRef> {
        match self {
            Self::Machine { machine, .. }
            | Self::ApplyTo { machine, .. }
            | Self::Assign { machine, .. }
            | Self::Unassign { machine }
            | Self::ForceRemove { machine }
            | Self::Decommission { machine }
            | Self::Delete { machine }
            | Self::Register { machine, .. }
            | Self::Enroll { machine } => Some(*machine),
            Self::Pool { .. } | Self::ControlPlane { .. } => None,
        }
    }

    /// The revision of the pool that it rolls out, where it names one.
    pub const fn revision(&self) -> Option<u32> {
        match self {
            Self::ApplyTo { revision, .. } => *revision,
            Self::Pool { revision, .. } if *revision > 0 => Some(*revision),
            _ => None,
        }
    }

    /// The pool that it changes or that a machine is to go to, by its place in [`super::Scenario::pools`].
    pub const fn pool(&self) -> Option<usize> {
        match self {
            Self::Pool { pool, .. } | Self::Assign { pool, .. } => Some(*pool),
            Self::Register { pool, .. } => *pool,
            _ => None,
        }
    }
}

impl MachineSetting {
    /// The verb of the step or order.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Hostname(_) => "set-hostname",
            Self::Labels(_) => "set-labels",
            Self::NetworkProfile(_) => "set-network-profile",
        }
    }
}

/// Whether a text can be a host name: a DNS label or several, as Kubernetes names nodes
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names>).
pub fn is_hostname(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(is_inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_is_what_a_node_can_be_called() {
        for name in ["w-1", "db.rack7.example", "0", &"a".repeat(63)] {
            assert!(is_hostname(name), "{name}");
        }
        for name in [
            "",
            "W-1",
            "w_1",
            "-w",
            "w-",
            "a..b",
            ".",
            "ü",
            &"a".repeat(64),
        ] {
            assert!(!is_hostname(name), "{name}");
        }
    }
}
