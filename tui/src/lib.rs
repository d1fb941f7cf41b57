//! The `meltdeck` program: the console and its command line.
//!
//! | file | holds |
//! |---|---|
//! | `args` | the command line, as clap reads it |
//! | `capture` | a live fleet as a scenario |
//! | `commands` | what each command does, one file each |
//! | `console` | the console: model, update, view, and what runs them |
//! | `clock` | simulated time in words |
//! | `demo` | the built-in demo fleet |
//! | `interrupt` | Ctrl-C while something long is under way |
//! | `live` | a live appliance, asked in the console's own questions |
//! | `new_file` | files that are whole or not there |
//! | `settings` | what is configured: the appliances that are asked |
//! | `streams` | where a command writes, and how it can fail |
//!
//! Exit codes: 0 done; 1 the answer is no (a check failed) or could not be written; 2 the question was wrong (usage, scenario,
//! settings); 3 the appliance could not be reached or refused; 128 + n ended by signal n.

mod args;
pub mod capture;
mod clock;
mod commands;
pub mod console;
mod demo;
mod interrupt;
pub mod live;
mod new_file;
pub mod settings;
mod streams;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;

pub use streams::Streams;

use args::Args;
use streams::{Answer, Failure};

/// Runs the program with these arguments, the first being its own name, on this process's streams.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let (stdout_is_terminal, err_is_terminal) = (stdout.is_terminal(), stderr.is_terminal());
    // Not locked: a thread that panics must be able to tell it.
    let mut out = io::BufWriter::new(stdout);
    let code = run_on(
        args,
        &mut Streams {
            out: &mut out,
            err: &mut io::stderr(),
            has_terminal: stdout_is_terminal && io::stdin().is_terminal(),
            err_is_terminal,
        },
    );
    ExitCode::from(code)
}

/// Runs the program on these streams. Returns its exit code.
pub fn run_on(args: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => return show_usage(&error, streams),
    };
    let answer = commands::run(&args, streams).and_then(|answer| {
        streams.out.flush()?;
        Ok(answer)
    });
    match answer {
        Ok(Answer::Done) => 0,
        Ok(Answer::No) => 1,
        Ok(Answer::Left(code)) => code,
        Err(Failure::Question(why)) => {
            // The last words of the program: where they cannot be written, nothing can be said about that.
            let _ = writeln!(streams.err, "{why}");
            2
        }
        Err(Failure::Appliance(why)) => {
            let _ = writeln!(streams.err, "{why}");
            3
        }
        Err(Failure::Terminal(why)) => {
            let _ = writeln!(streams.err, "{why}");
            1
        }
        // Whoever reads has heard enough, as `head` has.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(Failure::Output(error)) => {
            let _ = writeln!(streams.err, "meltdeck: cannot write the answer: {error}");
            1
        }
    }
}

/// Help and version go to the output and are no mistake; everything else that clap refuses is one.
fn show_usage(error: &clap::Error, streams: &mut Streams<'_>) -> u8 {
    let told = error.render();
    if error.use_stderr() {
        let _ = write!(streams.err, "{told}");
        return 2;
    }
    let written = write!(streams.out, "{told}").and_then(|()| streams.out.flush());
    u8::from(written.is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe))
}
