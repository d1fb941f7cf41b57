//! `meltdeck capture`: a live fleet as a scenario.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use appliance::client::blocking::Client;
use appliance::text::visible;
use appliance::{Error, Reply, Request};

use super::live::unanswered;
use crate::args::Capture;
use crate::capture::{Rollouts, Source, Told, Uncaptured, capture};
use crate::live::Appliance;
use crate::new_file;
use crate::settings::{self, Context};
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Capture, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let context = settings::chosen(args.context.as_deref())?;
    let mut source = Source::of(&context);
    source.model = args.model.clone().or(source.model);
    let model = source.load_model();
    let model = model.map_err(|error| Failure::Question(error.to_string()))?;
    let refuse = |why: String| Failure::Question(format!("meltdeck: {why}"));
    if let Some(output) = &args.output
        && !args.overwrite
        && output.exists()
    {
        return Err(already_there(output));
    }
    let told = ask(&context, source.apart);
    let told = told.map_err(|error| Failure::Appliance(unanswered(&context, &error)))?;
    let captured = match capture(&told, &model, &source.about(), &Rollouts::Usual) {
        Ok(captured) => captured,
        Err(Uncaptured::Model(error)) => return Err(Failure::Question(error.to_string())),
        Err(Uncaptured::Rollout(why)) => return Err(refuse(why)),
        Err(Uncaptured::Empty) => {
            let name = &context.name;
            let why = "tells no pool that has a machine: there is nothing to rehearse";
            writeln!(streams.err, "meltdeck: context \"{name}\" {why}")?;
            return Ok(Answer::No);
        }
    };
    match &args.output {
        None => streams.out.write_all(captured.text.as_bytes())?,
        Some(file) => {
            let written = new_file::write(file, &captured.text, args.overwrite);
            written.map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => already_there(file),
                _ => refuse(format!("{} cannot be written: {error}", file.display())),
            })?;
        }
    }
    let scenario = &captured.scenario;
    let told = format!(
        "{} machines in {} pools, {} assumptions",
        scenario.machine_count(),
        scenario.pools.len(),
        captured.notes.assumed.len()
    );
    writeln!(streams.err, "captured {}: {told}", context.name)?;
    Ok(Answer::Done)
}

fn already_there(file: &std::path::Path) -> Failure {
    let file = file.to_string_lossy();
    let file = visible(&file);
    Failure::Question(format!(
        "meltdeck: {file} is there already, and is left as it is; --overwrite replaces it"
    ))
}

/// Asks for the fleet, no faster than the context allows.
fn ask(context: &Context, apart: Duration) -> Result<Told, Error> {
    let appliance = Appliance::new(Client::new(context.client.clone())?);
    let mut next = Instant::now();
    Told::ask(|request: &Request| -> Result<Reply, Error> {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        next = Instant::now() + apart;
        appliance.ask(request)
    })
}
