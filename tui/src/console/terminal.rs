//! What is turned on in the terminal, and how it is turned off, in reverse, on every way out: return, error, panic,
//! signals, hang-up.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Mutex;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, queue, terminal};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// Something that is on in the terminal and was not before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Raw,
    AlternateScreen,
    BracketedPaste,
    HiddenCursor,
}

/// What is on, in the order in which it was turned on.
static ON: Mutex<Vec<Mode>> = Mutex::new(Vec::new());

const WANTED: [Mode; 4] = [
    Mode::Raw,
    Mode::AlternateScreen,
    Mode::BracketedPaste,
    Mode::HiddenCursor,
];

/// The terminal while the console has it. To drop it is to give the terminal back.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal, and sees to it that a panic gives it back before it is told.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn take() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
        let guard = Self(());
        enter()?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// The terminal of standard output: without a lock that a panic could wait for, and without a buffer that would cut a
/// picture into several writes. Takes everything even if the terminal does not block, which is up to whoever shares it.
#[derive(Debug)]
pub struct Output(File);

/// The terminal of standard output.
///
/// # Errors
/// When the process has no file descriptor left.
pub fn output() -> io::Result<Output> {
    Ok(Output(File::from(
        io::stdout().as_fd().try_clone_to_owned()?,
    )))
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(full) if full.kind() == io::ErrorKind::WouldBlock => self.wait_for_room()?,
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Output {
    /// Waits until the terminal takes bytes again, or is gone: what is written next tells which.
    fn wait_for_room(&self) -> io::Result<()> {
        match poll(&mut [PollFd::new(&self.0, PollFlags::OUT)], None) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Turns on whatever is not on.
///
/// # Errors
/// When the terminal refuses.
pub fn enter() -> io::Result<()> {
    let mut on = ON.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for mode in WANTED {
        if on.contains(&mode) {
            continue;
        }
        // Noted first: to turn off what did not quite turn on harms nothing.
        on.push(mode);
        let mut bytes = Vec::new();
        match mode {
            Mode::Raw => terminal::enable_raw_mode()?,
            Mode::AlternateScreen => queue!(bytes, EnterAlternateScreen)?,
            Mode::BracketedPaste => queue!(bytes, EnableBracketedPaste)?,
            Mode::HiddenCursor => queue!(bytes, cursor::Hide)?,
        }
        output()?.write_all(&bytes)?;
    }
    Ok(())
}

/// Turns off whatever is on, the last first. May be called at any time, from any thread, and any number of times.
pub fn give_back() {
    let mut on = ON.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    while let Some(mode) = on.pop() {
        // A terminal that is gone cannot be restored, and needs not to be.
        let _ = turn_off(mode);
    }
}

fn turn_off(mode: Mode) -> io::Result<()> {
    let mut bytes = Vec::new();
    match mode {
        Mode::Raw => terminal::disable_raw_mode()?,
        Mode::AlternateScreen => queue!(bytes, LeaveAlternateScreen)?,
        Mode::BracketedPaste => queue!(bytes, DisableBracketedPaste)?,
        Mode::HiddenCursor => queue!(bytes, cursor::Show)?,
    }
    output()?.write_all(&bytes)
}

/// Takes the terminal again after somebody else had it, whatever that left on or off.
///
/// # Errors
/// When the terminal refuses.
pub fn retake() -> io::Result<()> {
    give_back();
    enter()
}

/// Gives the terminal back and stops the process's group as Ctrl-Z does elsewhere. Returns when it goes on, which a
/// SIGCONT tells too; or at once with `false` where no shell would be there to let it go on.
///
/// # Errors
/// When the terminal refuses.
pub fn suspend() -> io::Result<bool> {
    use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
    // The group of a session's leader has no parent that could continue it.
    let is_leaders = getsid(None).is_ok_and(|session| session == getpgrp());
    if is_leaders {
        return Ok(false);
    }
    give_back();
    // SIGSTOP, since a SIGTSTP that a process sends to itself is dropped where its group is orphaned.
    kill_current_process_group(Signal::STOP)?;
    Ok(true)
}
