//! Every whole-system test, in one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod against;
mod architecture;
mod bad_rollouts;
mod boot_views;
mod canaries_first;
mod changes;
mod check;
mod command_line;
mod console_changes;
mod console_lives;
mod console_rules;
mod contract;
mod determinism;
mod drains;
mod holding;
mod images;
mod invalid_scenarios;
mod journeys;
mod live_console;
mod orders;
mod pod_views;
mod presets;
mod properties;
mod public_api;
mod public_changes;
mod questions;
mod readme;
mod recordings;
mod rehearsals;
mod scenarios;
mod schemas;
mod screens;
mod sensitivity;
mod several_contexts;
mod shards;
mod starts_held;
mod starts_in_windows;
mod views;
mod window_forecasts;
mod window_views;
mod windows;
