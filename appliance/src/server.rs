//! The wire form, served over HTTP/1.1 to whoever has the key.
//!
//! | file | holds |
//! |---|---|
//! | `answerer` | who answers: everything that the server knows of a fleet |
//! | `settings` | the key, the organization, the limits |
//! | `guard` | who and what is let in |
//! | `router` | from a request to its response |
//! | `faults` | going wrong on purpose |
//! | `events` | the fleet's log as a stream |
//! | `connections` | taking connections, limits on them, stopping |
//! | `blocking` | serving in a program that has no runtime of its own |
//! | `openapi` | the table of routes as an `OpenAPI` document |

mod answerer;
mod blocking;
mod connections;
mod events;
mod faults;
mod guard;
mod openapi;
mod router;
mod settings;
#[cfg(test)]
mod tests;

pub use answerer::{Answerer, Fault, Outcome};
pub use blocking::{Newest, NewestReceiver, Stopper};
pub use openapi::document;
pub use router::Server;
pub use settings::{Limits, Settings};
