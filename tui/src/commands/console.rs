//! `meltdeck` and `meltdeck console`: the console, or the overview as text where there is no terminal. Of a live appliance, or
//! of a simulated fleet.

mod contexts;

use std::ffi::OsStr;

use jiff::tz::TimeZone;
use simulator::engine::Seed;
use simulator::simulation::Simulation;

use super::{overview, timezone};
use crate::args::{Console, GlyphLevel};
use crate::console::model::Glyphs;
use crate::console::run;
use crate::demo;
use crate::settings;
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Console, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    // Before a key is got, which may take long, and before anything is asked.
    let zone = args.timezone.as_deref().map(timezone::named).transpose()?;
    if args.all_contexts {
        return contexts::show_all(args, streams);
    }
    let is_of_appliance = args.context.is_some() || args.write;
    let context = match &args.scenario {
        Some(_) => None,
        None if is_of_appliance => Some(settings::chosen(args.context.as_deref())?),
        // A seed is for a simulated fleet.
        None if args.seed.is_some() => None,
        None => settings::chosen_if_any(None)?,
    };
    match context {
        Some(context) => contexts::show_one(args, &context, streams),
        None => show_simulation(args, zone, streams),
    }
}

fn left(code: anyhow::Result<u8>) -> Result<Answer, Failure> {
    code.map(Answer::Left)
        .map_err(|error| Failure::Terminal(format!("meltdeck: {error:#}")))
}

/// Whether there is a terminal that can show the console.
fn has_screen(streams: &Streams<'_>) -> bool {
    streams.has_terminal && !is_dumb(std::env::var_os("TERM").as_deref())
}

fn glyphs(args: &Console) -> Glyphs {
    match args.glyphs {
        Some(GlyphLevel::Unicode) => Glyphs::Unicode,
        Some(GlyphLevel::Ascii) => Glyphs::Ascii,
        None => glyphs_of_environment(),
    }
}

fn show_simulation(
    args: &Console,
    zone: Option<(TimeZone, String)>,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let (simulation, seed) = fleet(args)?;
    let calendar = &simulation.blueprint().scenario().calendar;
    let own = || (calendar.starts().time_zone().clone(), calendar.zone_name());
    let zone = zone.unwrap_or_else(own);
    let context = simulation.blueprint().scenario().name.clone();
    if !has_screen(streams) {
        return overview::run(simulation, seed, &zone, streams);
    }
    left(run::run(simulation, context, seed.0, zone, glyphs(args)))
}

/// The fleet that is meant, at the instant at which it is shown first.
fn fleet(args: &Console) -> Result<(Simulation, Seed), Failure> {
    let blueprint = match &args.scenario {
        Some(file) => super::load_as(file, args.behaves_like)?,
        None => demo::blueprint(),
    };
    let seed = args.seed.map_or(blueprint.scenario().seed, Seed);
    let mut simulation = Simulation::new(&blueprint, seed, 0);
    if args.scenario.is_none() {
        simulation.run_until(demo::SHOWN_AT);
    }
    Ok((simulation, seed))
}

/// Whether the terminal can do nothing but print lines.
fn is_dumb(term: Option<&OsStr>) -> bool {
    term.is_none_or(|term| term.is_empty() || term == "dumb")
}

/// ASCII where the locale is not UTF-8, or the terminal is the Linux console with its small font.
fn glyphs_of_environment() -> Glyphs {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let decides = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(is_set);
    let locale = decides
        .and_then(|name| std::env::var(name).ok())
        .unwrap_or_default();
    let locale = locale.to_lowercase();
    let is_utf8 = locale.contains("utf-8") || locale.contains("utf8");
    let is_console = std::env::var_os("TERM").is_some_and(|term| term == "linux");
    if is_utf8 && !is_console {
        Glyphs::Unicode
    } else {
        Glyphs::Ascii
    }
}
