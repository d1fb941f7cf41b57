//! `meltdeck rehearse`: many runs of a scenario, and what they say.

mod against;

use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use simulator::engine::Seed;
use simulator::ensemble::{Course, Ensemble, EnsembleError};
use simulator::fleet::{Blueprint, RunRow};
use simulator::forecast::{Clock, Forecast, Precision, text};

use super::timezone;
use crate::args::{Output, Rehearse};
use crate::streams::{Answer, Failure, Streams};

/// The most runs for a precision, unless told otherwise.
const MOST_FOR_PRECISION: u32 = 100_000;

pub(super) fn run(args: &Rehearse, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let blueprint = super::load_as(&args.file, args.behaves_like)?;
    if let Some(other) = &args.against {
        let preset = args.against_behaves_like.or(args.behaves_like);
        let other = super::load_as(other, preset)?;
        return against::run(args, &blueprint, &other, streams);
    }
    let scenario = blueprint.scenario();
    let zone = args.timezone.as_deref().map(timezone::named).transpose()?;
    let clock = Clock::new(&scenario.calendar, zone);
    let ensemble = ensemble(args, &blueprint, seed(args, &blueprint), streams)?;
    let mut forecast = Forecast::new(&blueprint, &ensemble, &clock);
    let reached = |asked| Precision::new(asked, &ensemble.rows);
    forecast.precision = args.precision.map(reached);
    match args.output {
        Output::Text => {
            let detail = if args.full {
                text::Detail::Full
            } else {
                text::Detail::Screen
            };
            let mut report = String::new();
            text::write(&forecast, detail, &mut report).map_err(std::io::Error::other)?;
            streams.out.write_all(report.as_bytes())?;
        }
        Output::Json => streams.write_json(&forecast)?,
    }
    Ok(Answer::Done)
}

fn seed(args: &Rehearse, blueprint: &Blueprint) -> Seed {
    args.seed.map_or(blueprint.scenario().seed, Seed)
}

/// As many runs as are asked for, with a bar meanwhile.
fn ensemble(
    args: &Rehearse,
    blueprint: &Arc<Blueprint>,
    seed: Seed,
    streams: &Streams<'_>,
) -> Result<Ensemble, Failure> {
    let most = match args.precision {
        Some(_) => MOST_FOR_PRECISION,
        None => blueprint.scenario().runs,
    };
    let runs = args.runs.unwrap_or(most);
    let progress = progress_bar(runs, streams.err_is_terminal);
    let course = Course {
        threads: args.threads,
        made: &|made| progress.inc(u64::from(made)),
        is_stopped: &|| false,
    };
    let mut ensemble = Ensemble::empty(seed);
    let made = match args.precision {
        Some(asked) => {
            let is_enough = |rows: &[RunRow]| Precision::new(asked, rows).reached;
            ensemble.grow_until(blueprint, runs, &course, &is_enough)
        }
        None => ensemble.grow(blueprint, runs, &course),
    };
    progress.finish_and_clear();
    made.map_err(|error: EnsembleError| Failure::Question(format!("meltdeck: {error}")))?;
    Ok(ensemble)
}

/// A bar on the terminal of standard error; nothing where that is no terminal.
fn progress_bar(runs: u32, is_watched: bool) -> ProgressBar {
    let target = if is_watched {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("rehearsing {bar:40} {pos}/{len} runs, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(u64::from(runs)), target).with_style(style)
}
