//! The phases that a machine goes through when a revision is applied to it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One phase of applying a revision to a machine.
///
/// A machine image is fetched first, where it has a size. The sequence is meltcloud's: cordon and drain, graceful stop, boot into the revision, join, uncordon; then the soak,
/// which holds the slot while the machine already takes workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Phase {
    /// The Kubernetes node is marked unschedulable.
    Cordon,
    /// Everything on it is evicted.
    Drain,
    /// The operating system stops its services and the machine goes down.
    Stop,
    /// Power-on self-test, memory training, option ROMs, network-boot attempts.
    Firmware,
    /// Loader, kernel, initial file system and userspace up to the kubelet.
    Os,
    /// The kubelet registers and the node becomes Ready.
    Join,
    /// The Kubernetes node is marked schedulable again.
    Uncordon,
    /// The machine is watched before the next one may start.
    Soak,
    /// Everything from the cordon to the uncordon in one, for hardware of which only the sum is known.
    Update,
    /// The machine image is fetched and written while everything still runs. Behind the others, since draws are keyed by
    /// the numbers of the phases.
    Fetch,
    /// A machine that booted an enrollment image gets its credentials, and the machine image is written to its disk. No
    /// part of an update.
    Install,
}

impl Phase {
    /// Every phase, in the order of the lifecycle; [`Phase::Update`] and [`Phase::Install`] last.
    pub const ALL: [Self; 11] = [
        Self::Fetch,
        Self::Cordon,
        Self::Drain,
        Self::Stop,
        Self::Firmware,
        Self::Os,
        Self::Join,
        Self::Uncordon,
        Self::Soak,
        Self::Update,
        Self::Install,
    ];

    /// The word in scenarios, logs and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cordon => "cordon",
            Self::Drain => "drain",
            Self::Stop => "stop",
            Self::Firmware => "firmware",
            Self::Os => "os",
            Self::Join => "join",
            Self::Uncordon => "uncordon",
            Self::Soak => "soak",
            Self::Update => "update",
            Self::Fetch => "fetch",
            Self::Install => "install",
        }
    }

    /// The phase of this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == word)
    }

    /// The phase that follows in an update; `None` after the soak, which ends it, and after the installation, which is in
    /// none.
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Fetch => Some(Self::Cordon),
            Self::Cordon => Some(Self::Drain),
            Self::Drain => Some(Self::Stop),
            Self::Stop => Some(Self::Firmware),
            Self::Firmware => Some(Self::Os),
            Self::Os => Some(Self::Join),
            Self::Join => Some(Self::Uncordon),
            Self::Uncordon | Self::Update => Some(Self::Soak),
            Self::Soak | Self::Install => None,
        }
    }

    /// Whether this contains a boot or a part of one, whose time-out may power-cycle the machine.
    pub const fn is_boot(self) -> bool {
        matches!(self, Self::Firmware | Self::Os | Self::Update)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// One value for each phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerPhase<T>([T; Phase::ALL.len()]);

impl<T: Clone> PerPhase<T> {
    /// The same value for every phase.
    pub fn filled(value: &T) -> Self {
        Self(std::array::from_fn(|_| value.clone()))
    }
}

impl<T> std::ops::Index<Phase> for PerPhase<T> {
    type Output = T;

    fn index(&self, phase: Phase) -> &T {
        &self.0[phase as usize]
    }
}

impl<T> std::ops::IndexMut<Phase> for PerPhase<T> {
    fn index_mut(&mut self, phase: Phase) -> &mut T {
        &mut self.0[phase as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sequences_end_with_the_soak() {
        let from = |first: Phase| {
            std::iter::successors(Some(first), |phase| phase.next()).collect::<Vec<_>>()
        };
        assert_eq!(from(Phase::Fetch), Phase::ALL[..9]);
        assert_eq!(from(Phase::Update), [Phase::Update, Phase::Soak]);
    }

    #[test]
    fn every_word_reads_back() {
        for phase in Phase::ALL {
            assert_eq!(Phase::from_word(phase.as_str()), Some(phase));
        }
    }
}
