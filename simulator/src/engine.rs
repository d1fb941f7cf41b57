//! The discrete-event engine. It knows nothing about fleets.
//!
//! | file | holds |
//! |---|---|
//! | `time` | simulated time: an integer count of milliseconds |
//! | `agenda` | what is pending, in a total order that decides ties |
//! | `random` | draws keyed by what they are for, so that no draw shifts another |
//! | `normal` | the normal distribution, with the same bits on every target |
//!
//! One thread per run: a run's state is one value that can be cloned, stepped and run to an instant. Threads belong
//! to the ensemble, across runs.

pub mod agenda;
pub mod normal;
pub mod random;
pub mod time;

pub use agenda::{Agenda, Class, Due, Entity};
pub use random::{Concern, Draw, EntityKey, RunSeed, Seed};
pub use time::{Span, Time};
