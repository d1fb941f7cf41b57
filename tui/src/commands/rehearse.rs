//! `meltdeck rehearse`: many runs of a scenario, and what they say.
//!
//! | file | holds |
//! |---|---|
//! | `against` | a comparison with another scenario |
//! | `sensitivity` | which input moves the finish most |
//! | `parts` | a part of the runs, and the parts of several processes merged |

mod against;
mod parts;
mod sensitivity;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use simulator::engine::Seed;
use simulator::ensemble::{Course, Ensemble, EnsembleError};
use simulator::fleet::{Blueprint, RunRow};
use simulator::forecast::{Clock, Forecast, Precision, text};

use super::timezone;
use crate::args::{Output, Rehearse};
use crate::interrupt::{self, Interrupt};
use crate::streams::{Answer, Failure, Streams};

/// The most runs for a precision, unless told otherwise.
const MOST_FOR_PRECISION: u32 = 100_000;

pub(super) fn run(args: &Rehearse, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    if !args.merge.is_empty() {
        return parts::merge(args, streams);
    }
    let Some(file) = &args.file else {
        let why = "meltdeck: a scenario file is needed, or shards to merge";
        return Err(Failure::Question(why.to_owned()));
    };
    let blueprint = super::load_as(file, args.behaves_like)?;
    if let Some(part) = args.shard {
        return parts::shard(args, part, &blueprint, streams);
    }
    if args.sensitivity {
        return sensitivity::run(args, &blueprint, streams);
    }
    if let Some(other) = &args.against {
        let preset = args.against_behaves_like.or(args.behaves_like);
        let other = super::load_as(other, preset)?;
        return against::run(args, &blueprint, &other, streams);
    }
    let most = match args.precision {
        Some(_) => MOST_FOR_PRECISION,
        None => blueprint.scenario().runs,
    };
    let runs = args.runs.unwrap_or(most);
    let mut ensemble = Ensemble::empty(seed(args, &blueprint));
    let is_whole = watched(args, runs, streams, |course| match args.precision {
        Some(asked) => {
            let is_enough = |rows: &[RunRow]| Precision::new(asked, rows).reached;
            ensemble.grow_until(&blueprint, runs, course, &is_enough)
        }
        None => ensemble.grow(&blueprint, runs, course),
    })?;
    if ensemble.rows.is_empty() {
        return nothing_known(streams);
    }
    let clock = clock(args, &blueprint)?;
    let mut forecast = Forecast::new(&blueprint, &ensemble, &clock);
    let reached = |asked| Precision::new(asked, &ensemble.rows);
    forecast.precision = args.precision.map(reached);
    forecast.interrupted_of = (!is_whole).then_some(runs);
    print(args, &forecast, streams)?;
    Ok(answer(is_whole))
}

fn seed(args: &Rehearse, blueprint: &Blueprint) -> Seed {
    args.seed.map_or(blueprint.scenario().seed, Seed)
}

/// The clock of the zone that was asked for.
fn clock(args: &Rehearse, blueprint: &Blueprint) -> Result<Clock, Failure> {
    let zone = args.timezone.as_deref().map(timezone::named).transpose()?;
    Ok(Clock::new(&blueprint.scenario().calendar, zone))
}

fn print(args: &Rehearse, forecast: &Forecast, streams: &mut Streams<'_>) -> Result<(), Failure> {
    match args.output {
        Output::Text => {
            let mut report = String::new();
            text::write(forecast, detail(args), &mut report).map_err(std::io::Error::other)?;
            streams.out.write_all(report.as_bytes())?;
        }
        Output::Json => streams.write_json(forecast)?,
    }
    Ok(())
}

/// How much of a report is wanted.
const fn detail(args: &Rehearse) -> text::Detail {
    if args.full {
        text::Detail::Full
    } else {
        text::Detail::Screen
    }
}

/// What was asked for, or as much of it as there was when somebody pressed Ctrl-C.
const fn answer(is_whole: bool) -> Answer {
    if is_whole {
        Answer::Done
    } else {
        Answer::Left(interrupt::EXIT_CODE)
    }
}

/// What is said when nothing can be said.
fn nothing_known(streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    writeln!(
        streams.err,
        "meltdeck: interrupted before there was anything to tell"
    )?;
    Ok(answer(false))
}

/// Does something long that makes `runs` runs, with a bar meanwhile, until Ctrl-C. Whether it came to its end.
fn watched(
    args: &Rehearse,
    runs: u32,
    streams: &Streams<'_>,
    make: impl FnOnce(&Course<'_>) -> Result<bool, EnsembleError>,
) -> Result<bool, Failure> {
    watched_growing(args, runs.into(), streams, |course, _| make(course))
}

/// As [`watched`], where the number of runs is known only after the first of them: `make` may set it.
fn watched_growing(
    args: &Rehearse,
    runs: u64,
    streams: &Streams<'_>,
    make: impl FnOnce(&Course<'_>, &dyn Fn(u64)) -> Result<bool, EnsembleError>,
) -> Result<bool, Failure> {
    let interrupt = Interrupt::listen().map_err(|error| {
        Failure::Question(format!("meltdeck: cannot listen to Ctrl-C: {error}"))
    })?;
    let progress = progress_bar(runs, streams.err_is_terminal);
    let course = Course {
        threads: args.threads,
        made: &|made| progress.inc(u64::from(made)),
        is_stopped: &|| interrupt.is_pressed(),
    };
    let is_whole = make(&course, &|total| progress.set_length(total));
    progress.finish_and_clear();
    is_whole.map_err(|error| Failure::Question(format!("meltdeck: {error}")))
}

/// A bar on the terminal of standard error; nothing where that is no terminal.
fn progress_bar(runs: u64, is_watched: bool) -> ProgressBar {
    let target = if is_watched {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("rehearsing {bar:40} {pos}/{len} runs, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(runs), target).with_style(style)
}
