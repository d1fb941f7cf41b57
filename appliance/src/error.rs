//! Why a request was not done.

use serde::{Deserialize, Serialize};

use crate::Text;

/// A request that was not done. Displays as a fragment that completes "failed to …: ".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: Text,
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// What the request names does not exist.
    NotFound,
    /// The thing is in a state in which this cannot be done; it may be possible later.
    Conflict,
    /// The request makes no sense as it is; repeating it will not help.
    Rejected,
}

impl Error {
    /// An error of `kind`, told by `message`, a lower-case fragment without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<Text>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// What to do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}
