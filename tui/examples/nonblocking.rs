//! The program on a terminal that does not block, as another program that shares it may have left it: what
//! `tests/terminal.rs` writes more to than the terminal takes at once.

use std::process::ExitCode;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

fn main() -> ExitCode {
    let terminal = std::io::stdout();
    let flags =
        fcntl_getfl(&terminal).and_then(|flags| fcntl_setfl(&terminal, flags | OFlags::NONBLOCK));
    match flags {
        Ok(()) => tui::run(std::env::args_os()),
        Err(_) => ExitCode::FAILURE,
    }
}
