//! Everything that can happen to the console, and everything that it can ask of the world.

use std::time::Duration;

use appliance::{Error, LocalDate, Reply, Request, Text};
use serde::{Deserialize, Serialize};
use simulator::forecast::Outlook;

use super::key::Key;
use super::model::captured::Captured;

/// Something that happened. Time is told in durations, so that a recording can be played again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// The terminal has this many columns and rows.
    Resized(u16, u16),
    /// So much real time went by.
    Tick(Duration),
    /// A request was answered.
    Replied(Request, Result<Reply, Error>),
    /// Where the simulation's clock stands.
    Clock(ClockReport),
    /// The process was asked to end by this signal.
    Signal(i32),
    /// The terminal went away.
    HungUp,
    /// The process goes on after it was stopped.
    Continued,
    /// A thread that the console cannot do without has panicked, and said so.
    Died,
    /// How far a rehearsal is.
    Rehearsed(Rehearsed),
    /// From now on this run of a rehearsal is shown, or the fleet again; whatever was told before is of something else.
    Watching(Option<u32>),
    /// The appliance can be asked from now on, or cannot: why.
    Opened(Result<(), Text>),
    /// What was to happen cannot: in words.
    Impossible(Text),
}

/// How far a rehearsal is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// Which rehearsal of the console it is.
    pub number: u32,
    /// How many runs were made.
    pub made: u32,
    /// How many were asked for.
    pub of: u32,
    /// Whether no more are made.
    pub is_over: bool,
    /// What they say; `None` where nothing is rolled out in any.
    pub outlook: Option<Box<Outlook>>,
    /// Why there is no rehearsal, where that is so.
    pub why_not: Option<Text>,
    /// What a live appliance is asked before any run is made, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Text>,
    /// What it rests on, where that is a live fleet. Told once, before the first run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Box<Captured>>,
}

impl Rehearsed {
    /// Of a rehearsal of so many runs of which none is made yet; 0: as many as will turn out.
    pub fn begun(number: u32, of: u32) -> Self {
        Self {
            number,
            made: 0,
            of,
            is_over: false,
            outlook: None,
            why_not: None,
            asks: None,
            captured: None,
        }
    }

    /// Of a rehearsal that cannot be.
    pub fn none(number: u32, why: impl Into<Text>) -> Self {
        Self {
            is_over: true,
            why_not: Some(why.into()),
            ..Self::begun(number, 0)
        }
    }
}

/// Where the simulation's clock stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockReport {
    /// Milliseconds since the start of the simulated time.
    pub now_ms: u64,
    /// What the clock does.
    pub state: ClockState,
    /// How fast it runs.
    pub speed: Speed,
    /// How many events have been told: while this stays the same, so do all answers.
    pub events: u64,
    /// The date in the operator's zone; `None` where the appliance does not tell.
    pub date: Option<LocalDate>,
}

/// What the simulation's clock does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// It stands.
    Paused,
    /// It runs.
    Running,
    /// It runs as fast as it goes, to the end of an operation or a failure.
    RunningToMilestone,
}

/// Simulated time per real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    /// So many times as fast as real time.
    Times(u32),
    /// As fast as it goes.
    Max,
}

impl Speed {
    /// Every speed, the slowest first.
    pub const ALL: [Self; 7] = [
        Self::Times(1),
        Self::Times(10),
        Self::Times(60),
        Self::Times(300),
        Self::Times(1200),
        Self::Times(7200),
        Self::Max,
    ];

    /// The next faster or slower speed; itself at either end.
    #[must_use]
    pub fn next(self, faster: bool) -> Self {
        let place = Self::ALL
            .iter()
            .position(|speed| *speed == self)
            .unwrap_or(0);
        let next = if faster {
            place + 1
        } else {
            place.saturating_sub(1)
        };
        Self::ALL[next.min(Self::ALL.len() - 1)]
    }
}

/// Something that the world is to do for the console. Each has an outcome that a message tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Make ready to ask the appliance, which takes its key.
    Open,
    /// Answer this request.
    Ask(Request),
    /// Drive the simulation's clock.
    Drive(Drive),
    /// Rehearse the fleet from now on, after these orders, as the rehearsal of this number.
    Rehearse(u32, Vec<Request>),
    /// Make no more runs of the rehearsal.
    StopRehearsal,
    /// Show this run of the last rehearsal.
    Watch(u32),
    /// Show the fleet again.
    Leave,
    /// Leave with this exit code.
    Quit(u8),
    /// Give the terminal back and stop, as the shell's job control has it.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Take the terminal again, after somebody else had it.
    Retake,
}

/// What the simulation's clock is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drive {
    /// Run.
    Run,
    /// Stand.
    Pause,
    /// Take the next event and stand.
    Step,
    /// Run at this speed from now on.
    SetSpeed(Speed),
    /// Run as fast as it goes until an operation ends or a machine fails, and stand.
    RunToMilestone,
}
