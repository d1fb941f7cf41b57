//! An operation, asked about again and again until it has ended.

use std::io;
use std::time::Duration;

use appliance::{Error, ErrorKind, Operation, OperationId, OperationStatus, Reply, Rollout};

use crate::clock;
use crate::commands::live::Silence;
use crate::streams::{Failure, Streams};

/// Between two questions: what meltcloud's Terraform provider waits.
const PERIOD: Duration = Duration::from_secs(5);
/// For how long an appliance may give no answer once it has given one.
const PATIENCE: Duration = Duration::from_secs(300);

/// How time goes by.
pub(super) trait Pace {
    /// Waits so long; false where somebody does not want to wait any more.
    fn wait(&mut self, time: Duration) -> bool;
    /// How long it has been since the beginning.
    fn elapsed(&self) -> Duration;
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Succeeded,
    /// It failed, or was cancelled.
    Failed,
    /// The appliance knows no such operation.
    Unknown,
    /// It goes on, longer than it was to be followed.
    OutOfTime,
    /// It goes on, and nobody wants to know any more.
    Interrupted,
}

/// What is followed.
pub(super) struct Follow<'a> {
    pub(super) operation: OperationId,
    pub(super) timeout: Option<Duration>,
    pub(super) ask: &'a dyn Fn() -> Result<Reply, Error>,
}

impl Follow<'_> {
    /// Asks until the operation has ended, and prints each change.
    ///
    /// # Errors
    /// [`Failure::Appliance`], where the appliance refuses, gives no answer at first, or none for some minutes.
    pub(super) fn to_the_end(
        &self,
        pace: &mut dyn Pace,
        streams: &mut Streams<'_>,
    ) -> Result<End, Failure> {
        let id = self.operation.0;
        let mut told = String::new();
        let mut heard_at = None;
        let mut is_silent = false;
        loop {
            match self.ask_once() {
                Ok(operation) => {
                    heard_at = Some(pace.elapsed());
                    is_silent = false;
                    let line = line(&operation);
                    if line != told {
                        say(pace.elapsed(), &line, streams)?;
                        told = line;
                    }
                    if operation.status.is_final() {
                        return Ok(match operation.status {
                            OperationStatus::Succeeded => End::Succeeded,
                            _ => End::Failed,
                        });
                    }
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    writeln!(streams.err, "meltdeck: there is no operation {id}")?;
                    return Ok(End::Unknown);
                }
                Err(error) => {
                    let is_over = heard_at.is_none_or(|at| pace.elapsed() >= at + PATIENCE);
                    if is_over || !may_pass(error.kind()) {
                        return Err(
                            Silence::refused(&format!("ask for operation {id}"), &error).into()
                        );
                    }
                    if !is_silent {
                        writeln!(streams.err, "meltdeck: no answer, asking on: {error}")?;
                    }
                    is_silent = true;
                }
            }
            let left = self
                .timeout
                .map(|timeout| timeout.saturating_sub(pace.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                let ms = u64::try_from(pace.elapsed().as_millis()).unwrap_or(u64::MAX);
                let time = clock::soon(ms);
                writeln!(streams.err, "meltdeck: operation {id} goes on after {time}")?;
                return Ok(End::OutOfTime);
            }
            if !pace.wait(left.map_or(PERIOD, |left| left.min(PERIOD))) {
                writeln!(streams.err, "meltdeck: operation {id} goes on")?;
                return Ok(End::Interrupted);
            }
        }
    }

    fn ask_once(&self) -> Result<Operation, Error> {
        match (self.ask)()? {
            Reply::OperationHistory(history) => Ok(history.operation),
            _ => Err(Error::other_answer()),
        }
    }
}

/// Whether it may be otherwise the next time.
fn may_pass(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TimedOut
            | ErrorKind::TooManyRequests
            | ErrorKind::Failed
            | ErrorKind::Unavailable
            | ErrorKind::Unreachable
            | ErrorKind::Unanswered
    )
}

fn say(elapsed: Duration, line: &str, streams: &mut Streams<'_>) -> io::Result<()> {
    let time = clock::clock(elapsed.as_secs() * 1000);
    writeln!(streams.out, "{time}  {line}")?;
    streams.out.flush()
}

/// `operation 12 (rollout): running, 3 of 40 updated, 1 in flight`.
fn line(operation: &Operation) -> String {
    let id = operation.id.0;
    let action = match operation.action.as_str() {
        "" => String::new(),
        action => format!(" ({action})"),
    };
    let status = &operation.status;
    let rollout = operation.rollout.as_ref().map(progress);
    format!(
        "operation {id}{action}: {status}{}",
        rollout.unwrap_or_default()
    )
}

fn progress(rollout: &Rollout) -> String {
    let (updated, targeted) = (rollout.updated, rollout.targeted);
    let in_flight = (rollout.in_flight > 0).then(|| format!(", {} in flight", rollout.in_flight));
    let failed = (rollout.failed > 0).then(|| format!(", {} failed", rollout.failed));
    let paused = if rollout.is_paused { ", paused" } else { "" };
    let failure = rollout.failure.as_ref().map(|why| format!(" ({why})"));
    format!(
        ", {updated} of {targeted} updated{}{}{paused}{}",
        in_flight.unwrap_or_default(),
        failed.unwrap_or_default(),
        failure.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests;
