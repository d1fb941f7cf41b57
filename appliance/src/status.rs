//! Status words. Every set is open: an appliance newer than this program may say a word that is not here, and that
//! word is then shown, not refused.

use serde::{Deserialize, Serialize};

use crate::Text;

/// Defines one open set of status words: known ones as variants, any other as `Other`.
macro_rules! open_set {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "Text", into = "Text")]
        #[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
        pub enum $name {
            $($(#[$meaning])* $variant,)+
            /// A word that this version does not know.
            Other(Text),
        }

        impl $name {
            /// Every word that this version knows.
            pub const KNOWN: &'static [&'static str] = &[$($word,)+];

            /// The word on the wire and on the screen.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word.as_str(),
                }
            }
        }

        impl From<Text> for $name {
            fn from(word: Text) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word),
                }
            }
        }

        impl From<$name> for Text {
            fn from(status: $name) -> Self {
                match status {
                    $name::Other(word) => word,
                    known => Self::from(known.as_str()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }
    };
}

open_set! {
    /// What a machine is doing, as far as the appliance tells.
    ///
    /// The words up to `force_unassigned` are meltcloud's. No public source names a word for a machine that does not
    /// answer, or answers and is not Ready; `unreachable` and `not_ready` are this project's guesses.
    MachineStatus {
        /// Known by its UUID, never booted.
        Preregistered = "preregistered",
        /// Enrolled, in no pool.
        ReadyUnassigned = "ready_unassigned",
        /// In its pool and working.
        Ready = "ready",
        /// A revision is being applied to it.
        Updating = "updating",
        /// Taken out of its pool without its help.
        ForceUnassigned = "force_unassigned",
        /// Does not answer (our word).
        Unreachable = "unreachable",
        /// Answers, and its node is not Ready (our word).
        NotReady = "not_ready",
    }
}

open_set! {
    /// Whether a machine's node takes new pods. The words are this project's: Kubernetes tells it by a mark on the node.
    Scheduling {
        /// It does.
        Open = "open",
        /// It was cordoned, by a rollout.
        Cordoned = "cordoned",
        /// It was cordoned by somebody, so no rollout takes that back.
        ByHand = "cordoned_by_hand",
        /// Its drain was given up, and it is set aside.
        Quarantined = "quarantined",
    }
}

open_set! {
    /// What a machine pool is doing. Only `ready` has been seen in public; the others are this project's guess.
    MachinePoolStatus {
        /// Nothing is being rolled out.
        Ready = "ready",
        /// A rollout is under way.
        Updating = "updating",
        /// The last rollout failed and was not retried.
        Failed = "failed",
    }
}

open_set! {
    /// What a cluster's control plane is doing.
    ControlPlaneStatus {
        /// Being created.
        Pending = "pending",
        /// Serving.
        Ready = "ready",
        /// Moving to another version.
        Updating = "updating",
    }
}

open_set! {
    /// Where an operation stands.
    OperationStatus {
        /// Accepted, not started.
        Pending = "pending",
        /// Under way.
        Running = "running",
        /// Asked to stop; what is in flight still ends.
        Cancelling = "cancelling",
        /// Done.
        Succeeded = "succeeded",
        /// Failed or timed out; can be retried.
        Failed = "failed",
        /// Stopped on request.
        Cancelled = "cancelled",
        /// The platform failed, not the machines.
        InternalError = "internal_error",
        /// The platform failed while cancelling.
        CancellingInternalError = "cancelling_internal_error",
        /// The platform failed; trying again may help.
        RetryableInternalError = "retryable_internal_error",
    }
}

open_set! {
    /// How far a pod has come. The words are this project's: Kubernetes tells it by a phase and conditions.
    PodStatus {
        /// There is no machine for it.
        Pending = "pending",
        /// Its machine is pulling its image.
        Pulling = "pulling",
        /// Its containers are starting.
        Starting = "starting",
        /// It has started and catches up with its peers.
        Resyncing = "resyncing",
        /// It is Ready.
        Ready = "ready",
        /// Its machine is down.
        Down = "down",
        /// It was told to end.
        Terminating = "terminating",
    }
}

impl OperationStatus {
    /// Whether the appliance does not move an operation out of this status by itself.
    ///
    /// An unknown word counts as not final: whoever polls goes on polling.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Succeeded
                | Self::Failed
                | Self::Cancelled
                | Self::InternalError
                | Self::RetryableInternalError
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_status_is_kept_and_shown() {
        let status: MachineStatus = serde_json::from_str("\"hibernating\"").unwrap();
        assert_eq!(status, MachineStatus::Other(Text::from("hibernating")));
        assert_eq!(status.to_string(), "hibernating");
        assert_eq!(serde_json::to_string(&status).unwrap(), "\"hibernating\"");
    }

    #[test]
    fn every_known_word_reads_back_as_itself() {
        for word in OperationStatus::KNOWN {
            let status = OperationStatus::from(Text::from(*word));
            assert!(!matches!(status, OperationStatus::Other(_)), "{word}");
            assert_eq!(status.as_str(), *word);
        }
    }

    #[test]
    fn cancelling_is_not_final_and_an_unknown_word_neither() {
        assert!(!OperationStatus::Cancelling.is_final());
        assert!(!OperationStatus::CancellingInternalError.is_final());
        assert!(!OperationStatus::Other(Text::from("thawing")).is_final());
        assert!(OperationStatus::RetryableInternalError.is_final());
    }
}
