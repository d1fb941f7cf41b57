//! One run as a story: every event in order, for people or for programs.
//!
//! Run I of a rehearsal and its replay are the same run: both come from the scenario, the seed and the run's number.

mod json;
mod story;

use std::io::{self, Write};
use std::sync::Arc;

use crate::engine::{Seed, Time};
use crate::fleet::{Blueprint, Event, Observer, RunRow, World};

pub(crate) use story::{is_told, told};

/// The version of the JSON lines.
pub const SCHEMA_VERSION: u32 = 1;

/// How a replay is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Lines for people: what happened to whom, and how long it took.
    Story,
    /// One JSON object a line: the initial state, every event, the outcome.
    JsonLines,
}

/// Which run of which scenario is told.
pub(crate) struct Subject<'b> {
    blueprint: &'b Blueprint,
    seed: Seed,
    run: u32,
}

/// Makes run `run` of a rehearsal with `seed` and tells it to `out` as it goes.
///
/// # Errors
/// When `out` cannot be written to.
pub fn replay(
    blueprint: &Arc<Blueprint>,
    seed: Seed,
    run: u32,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let subject = Subject {
        blueprint,
        seed,
        run,
    };
    let mut world = World::new(blueprint, seed.of_run(u64::from(run)));
    match style {
        Style::Story => story::opening(&subject, out)?,
        Style::JsonLines => json::opening(&subject, &world, out)?,
    }
    let mut teller = Teller {
        blueprint: Arc::clone(blueprint),
        style,
        out,
        failed: None,
    };
    let row = RunRow::of_observed_run(&mut world, &mut teller);
    if let Some(error) = teller.failed.take() {
        return Err(error);
    }
    let blueprint = world.blueprint();
    match style {
        Style::Story => story::outcome(blueprint, &row, out),
        Style::JsonLines => json::outcome(blueprint, &row, world.now(), out),
    }
}

/// Writes each event when it happens. After the first failed write it keeps silent.
struct Teller<'w> {
    blueprint: Arc<Blueprint>,
    style: Style,
    out: &'w mut dyn Write,
    failed: Option<io::Error>,
}

impl Observer for Teller<'_> {
    fn observe(&mut self, at: Time, event: Event) {
        if self.failed.is_some() {
            return;
        }
        let written = match self.style {
            Style::Story => story::event(&self.blueprint, at, &event, self.out),
            Style::JsonLines => json::event(&self.blueprint, at, &event, self.out),
        };
        self.failed = written.err();
    }

    fn laid_out(&mut self, blueprint: &Arc<Blueprint>) {
        self.blueprint = Arc::clone(blueprint);
    }
}
