//! A meltcloud fleet in a box: from a scenario file to a forecast of its rollouts.
//!
//! | room | holds |
//! |---|---|
//! | [`engine`] | time, the order of events, keyed random draws; knows nothing about fleets |
//! | [`distribution`] | how long something takes, by monotone inversion |
//! | [`phase`] | the phases of an update and their order |
//! | [`statistics`] | how sure a number from a sample is; knows nothing about fleets |
//! | [`windows`] | maintenance windows as a calendar: when they open, across clock changes |
//! | [`scenario`] | scenario files, read with all their errors |
//! | [`update_time`] | how long the whole update of one machine takes |
//! | [`fleet`] | the model: machines, phases, rollouts, power; one run as one value |
//! | [`remedy`] | the smallest change against a wait |
//! | [`advice`] | what a valid scenario probably does not mean |
//! | [`preflight`] | what a rollout would meet if it started now |
//! | [`ensemble`] | many runs, on many threads, in one order |
//! | [`forecast`] | what an ensemble says: the report and its printers |
//! | [`replay`] | one run as a story |
//! | [`simulation`] | one run that answers an appliance's requests |
//! | [`selftest`] | closed-form cases that the shipped program checks itself against |
//!
//! Each room uses only rooms above it.
//!
//! The same scenario, seed and version give the same bytes on any machine and any number of threads. Nothing here
//! reads a clock; only `scenario::load` reads a file.

pub mod advice;
pub mod distribution;
pub mod engine;
pub mod ensemble;
pub mod fleet;
pub mod forecast;
pub mod phase;
pub mod preflight;
pub mod remedy;
pub mod replay;
pub mod scenario;
pub mod selftest;
pub mod simulation;
pub mod statistics;
pub mod update_time;
pub mod windows;
