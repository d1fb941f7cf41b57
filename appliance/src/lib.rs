//! What a meltcloud appliance is, as values: its resources, every request, every reply.
//!
//! | file | holds |
//! |---|---|
//! | `cluster`, `pool`, `machine`, `revision`, `operation` | one resource each, with meltcloud's field names |
//! | `pod`, `budget` | what runs on machines, and how much of it may be missing |
//! | `window` | when a pool's machines may start |
//! | `finding` | what a rollout would meet if it started now |
//! | `event` | what happened in the fleet, and the history of one machine or operation |
//! | `status` | the open sets of status words |
//! | `text` | text from outside, with nothing in it that could disturb a terminal |
//! | `request` | everything that can be asked, and everything that can be answered |
//! | `public` | what meltcloud's public API shows and is asked, which is less |
//! | `clock` | the clock of a simulated appliance |
//! | `organization`, `secret` | whose this is, and what nobody may see |
//! | `error` | why a request was not done |
//! | `wire` | requests, replies and errors as HTTP has them |
//! | `client` | an appliance, asked over HTTP (feature `client`) |
//! | `server` | the wire form, served over HTTP (feature `server`) |
//!
//! The crate depends on nothing else of this workspace: a contract outlives its users. Field names and status
//! words are those of meltcloud's public Terraform provider
//! (<https://registry.terraform.io/providers/meltcloud/meltcloud>); what that provider does not show, and a simulated
//! appliance tells all the same, is an `Option` whose documentation says so.

pub mod budget;
#[cfg(feature = "client")]
pub mod client;
pub mod clock;
pub mod cluster;
pub mod error;
pub mod event;
pub mod finding;
pub mod machine;
pub mod operation;
pub mod organization;
#[cfg(feature = "server")]
mod patterns;
pub mod pod;
pub mod pool;
pub mod public;
pub mod request;
pub mod revision;
pub mod secret;
#[cfg(feature = "server")]
pub mod server;
pub mod status;
pub mod text;
pub mod window;
pub mod wire;

pub use budget::{Budget, BudgetId};
pub use clock::{Capabilities, Clock};
pub use cluster::{Cluster, ClusterId};
pub use error::{Error, ErrorKind};
pub use event::{
    Absence, FleetEvent, MachineHistory, OperationHistory, OperationStep, PhaseRecord, Remark,
    RevisionRecord, Severity, Wait,
};
pub use finding::Finding;
pub use machine::{Label, Machine, MachineId};
pub use operation::{Operation, OperationId, Rollout};
pub use organization::Organization;
pub use pod::{Pod, PodId};
pub use pool::{MachinePool, MachinePoolId};
pub use request::{Reply, Request};
pub use revision::{Component, MachineRevision, Revision};
pub use secret::Secret;
pub use status::{
    ControlPlaneStatus, MachinePoolStatus, MachineStatus, OperationStatus, PodStatus, Scheduling,
};
pub use text::Text;
pub use window::{LocalDate, Opening, PoolWindows};
