//! Where a command writes, and how it can fail.

use std::io::{self, Write};

use serde::Serialize;

/// Where the program writes: the process's own streams, or a test's.
pub struct Streams<'s> {
    /// Answers.
    pub out: &'s mut dyn Write,
    /// Problems and progress.
    pub err: &'s mut dyn Write,
    /// Whether this process has a whole terminal, to read keys from and to draw on.
    pub has_terminal: bool,
    /// Whether a person watches `err` on a terminal, who wants to see progress there.
    pub err_is_terminal: bool,
}

impl Streams<'_> {
    /// Writes an answer for programs, and a line break.
    pub(crate) fn write_json(&mut self, answer: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *self.out, answer)?;
        writeln!(self.out)
    }
}

/// What a command that worked has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Done, or yes.
    Done,
    /// No: a check failed.
    No,
    /// The console was left with this exit code.
    Left(u8),
}

/// Why a command did not work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The question was wrong; this is what to tell.
    Question(String),
    /// The appliance could not be reached or refused; this is what to tell.
    Appliance(String),
    /// The terminal cannot be used; this is what to tell.
    Terminal(String),
    /// The answer could not be written.
    Output(io::Error),
}

/// What came of several contexts, once what they told was written: settings that are wrong weigh more than appliances that are
/// silent, and all of both is told.
pub(crate) fn ended(mut wrong: Vec<String>, mut silent: Vec<String>) -> Result<Answer, Failure> {
    if !wrong.is_empty() {
        wrong.append(&mut silent);
        return Err(Failure::Question(wrong.join("\n")));
    }
    if !silent.is_empty() {
        return Err(Failure::Appliance(silent.join("\n")));
    }
    Ok(Answer::Done)
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
