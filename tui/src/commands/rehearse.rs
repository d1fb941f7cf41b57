//! `meltdeck rehearse`: many runs of a scenario, and what they say.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use simulator::engine::Seed;
use simulator::ensemble::Ensemble;
use simulator::forecast::{Clock, Forecast, text};

use super::timezone;
use crate::args::{Output, Rehearse};
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Rehearse, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let blueprint = super::load_as(&args.file, args.behaves_like)?;
    let scenario = blueprint.scenario();
    let seed = args.seed.map_or(scenario.seed, Seed);
    let zone = args.timezone.as_deref().map(timezone::named).transpose()?;
    let clock = Clock::new(&scenario.calendar, zone);
    let runs = args.runs.unwrap_or(scenario.runs);
    let progress = progress_bar(runs, streams.err_is_terminal);
    let ensemble = Ensemble::run(&blueprint, seed, runs, args.threads, &|made| {
        progress.inc(u64::from(made));
    });
    progress.finish_and_clear();
    let ensemble = ensemble.map_err(|error| Failure::Question(format!("meltdeck: {error}")))?;
    let forecast = Forecast::new(&blueprint, &ensemble, &clock);
    match args.output {
        Output::Text => {
            let mut report = String::new();
            text::write(&forecast, &mut report).map_err(std::io::Error::other)?;
            streams.out.write_all(report.as_bytes())?;
        }
        Output::Json => streams.write_json(&forecast)?,
    }
    Ok(Answer::Done)
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
