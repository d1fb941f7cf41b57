//! `meltdeck` and `meltdeck console`: the console, or the overview as text where there is no terminal. Of a live appliance, or
//! of a simulated fleet.

use std::ffi::OsStr;

use appliance::client::blocking::Client;
use simulator::engine::Seed;
use simulator::simulation::Simulation;

use super::{overview, timezone};
use crate::args::{Console, GlyphLevel};
use crate::console::model::polling::Polling;
use crate::console::model::{Glyphs, Live};
use crate::console::run;
use crate::demo;
use crate::live::Appliance;
use crate::settings::{self, Context};
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Console, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let is_of_appliance = args.context.is_some() || args.write;
    let context = match &args.scenario {
        Some(_) => None,
        None if is_of_appliance => Some(settings::chosen(args.context.as_deref())?),
        // A seed is for a simulated fleet.
        None if args.seed.is_some() => None,
        None => settings::chosen_if_any(None)?,
    };
    match context {
        Some(context) => show_appliance(args, context, streams),
        None => show_simulation(args, streams),
    }
}

fn show_appliance(
    args: &Console,
    context: Context,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let wanted = args.timezone.as_deref().or(context.timezone.as_deref());
    let zone = wanted.map(timezone::named).transpose()?;
    let zone = zone.map_or_else(|| "UTC".to_owned(), |(_, name)| name);
    let organization = context.client.organization.as_str().to_owned();
    let web_console = format!("{}/ui/orgs/{organization}", context.client.endpoint);
    let client = Client::new(run::impatient(context.client))
        .map_err(|error| Failure::Question(format!("meltdeck: {}: {error}", context.name)))?;
    let appliance = Appliance::new(client);
    if !streams.has_terminal || is_dumb(std::env::var_os("TERM").as_deref()) {
        return overview::run_live(&appliance, &context.name, streams);
    }
    // Where the system has no randomness to give, the process's number tells consoles apart.
    let seed = getrandom::u64().unwrap_or_else(|_| std::process::id().into());
    let polling = Polling::new(seed, context.most_requests_per_second);
    let live = Live::new(args.write || context.is_writable, web_console, polling);
    let glyphs = glyphs(args);
    let code = run::run_live(&appliance, live, context.name.into(), zone.into(), glyphs);
    left(code)
}

fn left(code: anyhow::Result<u8>) -> Result<Answer, Failure> {
    code.map(Answer::Left)
        .map_err(|error| Failure::Terminal(format!("meltdeck: {error:#}")))
}

fn glyphs(args: &Console) -> Glyphs {
    match args.glyphs {
        Some(GlyphLevel::Unicode) => Glyphs::Unicode,
        Some(GlyphLevel::Ascii) => Glyphs::Ascii,
        None => glyphs_of_environment(),
    }
}

fn show_simulation(args: &Console, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let zone = args.timezone.as_deref().map(timezone::named).transpose()?;
    let (simulation, seed) = fleet(args)?;
    let calendar = &simulation.blueprint().scenario().calendar;
    let own = || (calendar.starts().time_zone().clone(), calendar.zone_name());
    let zone = zone.unwrap_or_else(own);
    let context = simulation.blueprint().scenario().name.clone();
    if !streams.has_terminal || is_dumb(std::env::var_os("TERM").as_deref()) {
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
