//! Asks an appliance over HTTP: the one place that holds how long it is waited for, what is tried again, and who gets the key.
//!
//! | file | holds |
//! |---|---|
//! | `endpoint` | where an appliance is |
//! | `settings` | organization, key, certificates, limits |
//! | `environment` | the settings, from the variables of meltcloud's Terraform provider |
//! | `ask` | from a request to its reply |
//! | `pages` | lists in parts |
//! | `retries` | what is tried again, and when |
//! | `redirect` | where an answer may send a question |
//! | `transport` | one attempt: a call, and what comes of it |
//! | `trouble` | what befell a connection, as an error |
//! | `answer` | what a response says, whoever sent it |
//! | `events` | the fleet's log as it grows |
//! | `sse` | server-sent events |
//! | `blocking` | all of it in a program that has no runtime of its own |

mod answer;
mod ask;
pub mod blocking;
mod endpoint;
mod environment;
mod events;
mod pages;
mod redirect;
mod retries;
mod settings;
mod sse;
#[cfg(test)]
mod tests;
mod transport;
mod trouble;

pub use ask::Client;
pub use endpoint::Endpoint;
pub use events::{Events, Heard};
pub use retries::Retries;
pub use settings::{Limits, Settings};
