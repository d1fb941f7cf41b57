//! What each command does.

mod capture;
mod check;
mod config;
mod console;
mod get;
mod live;
mod overview;
mod preflight;
mod rehearse;
mod replay;
mod schema;
mod selftest;
mod serve;
mod table;
mod timezone;
mod validate;
mod watch;
mod windows;

use std::path::Path;
use std::sync::Arc;

use simulator::fleet::Blueprint;
use simulator::scenario::{Preset, Scenario};

use crate::args::{Args, Command, Console};
use crate::streams::{Answer, Failure, Streams};

/// Runs the command that the arguments name.
pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    match &args.command {
        None => console::run(&Console::default(), streams),
        Some(Command::Console(args)) => console::run(args, streams),
        Some(Command::Rehearse(args)) => rehearse::run(args, streams),
        Some(Command::Check(args)) => check::run(args, streams),
        Some(Command::Replay(args)) => replay::run(args, streams),
        Some(Command::Schema(args)) => schema::run(args, streams),
        Some(Command::Windows(args)) => windows::run(args, streams),
        Some(Command::Preflight(args)) => preflight::run(args, streams),
        Some(Command::Validate(args)) => validate::run(args, streams),
        Some(Command::Config(args)) => config::run(args, streams),
        Some(Command::Capture(args)) => capture::run(args, streams),
        Some(Command::Get(args)) => get::run(args, streams),
        Some(Command::Watch(args)) => watch::run(args, streams),
        Some(Command::Serve(args)) => serve::run(args, streams),
        Some(Command::Selftest { output }) => selftest::run(*output, streams),
    }
}

/// The scenario of a file, ready to run.
fn load(file: &Path) -> Result<Arc<Blueprint>, Failure> {
    load_as(file, None)
}

/// As [`load`], with pools that name no preset behaving like this one.
fn load_as(file: &Path, preset: Option<Preset>) -> Result<Arc<Blueprint>, Failure> {
    let scenario = Scenario::load_as(file, preset);
    let scenario = scenario.map_err(|error| Failure::Question(error.to_string()))?;
    Ok(Blueprint::new(scenario))
}
