//! An operation as the public API shows it: no times, no target, no steps.

use serde::{Deserialize, Serialize};

use crate::{OperationId, OperationStatus, Text};

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Operation {
    /// Its number.
    pub id: OperationId,
    /// Where it stands.
    pub status: OperationStatus,
    /// What it does. No word for it is publicly known.
    #[serde(default)]
    pub action: Text,
}
