//! The `meltdeck` program: see the library of this package.

use std::process::ExitCode;

fn main() -> ExitCode {
    tui::run(std::env::args_os())
}
