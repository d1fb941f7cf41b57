//! `meltdeck serve`: a simulated fleet behind meltcloud's API.

mod fleet;
mod state;

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use appliance::Secret;
use appliance::server::{Server, Settings, Stopper};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use simulator::engine::Seed;
use simulator::simulation::Simulation;

use crate::args::Serve;
use crate::settings;
use crate::streams::{Answer, Failure, Streams};
use fleet::Fleet;
use state::{Head, State};

/// Bytes of a key that is made.
const KEY_BYTES: usize = 24;

pub(super) fn run(args: &Serve, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let blueprint = super::load_as(&args.file, args.behaves_like)?;
    let seed = args.seed.map_or(blueprint.scenario().seed, Seed);
    let name = blueprint.scenario().name.clone();
    let (key, is_made) = match &args.api_key_file {
        Some(file) => (read_key(file)?, false),
        None => (make_key()?, true),
    };
    let mut simulation = Simulation::new(&blueprint, seed, 0);
    let head = Head::of(&simulation, seed.0);
    let kept = args.state.as_deref();
    let kept = kept.map(|file| State::resume(file, &head, &mut simulation));
    let (state, clock) = kept.transpose().map_err(|why| wrong(&why))?.unzip();
    let listener = TcpListener::bind(&args.listen)
        .map_err(|error| wrong(&format!("cannot listen on {}: {error}", args.listen)))?;
    let address = listener
        .local_addr()
        .map_err(|error| wrong(&error.to_string()))?;
    writeln!(
        streams.err,
        "serving {name}, seed {}, at http://{address}",
        seed.0
    )?;
    if is_made {
        writeln!(streams.err, "API key, shown this once: {}", key.reveal())?;
    }
    let organization = args.organization.clone();
    let organization = organization.or_else(|| blueprint.scenario().organization.clone());
    let settings = Settings {
        api_key: Some(key),
        organization,
        documented_only: args.documented_only,
        ..Settings::default()
    };
    let fleet = Fleet::start(simulation, state, args.speed, clock.flatten());
    let signal = Arc::new(AtomicI32::new(0));
    let stop_on = |stopper| stop_on_signal(stopper, &signal);
    let served = Server::new(Arc::clone(&fleet) as _, settings).run(listener, stop_on);
    served.map_err(|error| wrong(&format!("cannot serve: {error}")))?;
    fleet
        .keep_clock()
        .map_err(|error| wrong(&format!("cannot keep where the clock stands: {error}")))?;
    let signal = u8::try_from(signal.load(Ordering::Relaxed)).unwrap_or_default();
    Ok(Answer::Left(128 + signal))
}

fn wrong(why: &str) -> Failure {
    Failure::Question(format!("meltdeck: {why}"))
}

/// Stops the server at the first signal that asks for it; a second one ends the program at once.
fn stop_on_signal(stopper: Stopper, told: &Arc<AtomicI32>) {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return;
    };
    let told = Arc::clone(told);
    std::thread::spawn(move || {
        let mut arrived = signals.forever();
        if let Some(signal) = arrived.next() {
            told.store(signal, Ordering::Relaxed);
            stopper.stop();
        }
        if let Some(signal) = arrived.next() {
            // What is under way is not waited for any more.
            std::process::exit(128 + signal);
        }
    });
}

/// The key in a file, without the line break at its end.
fn read_key(file: &Path) -> Result<Secret, Failure> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| wrong(&format!("cannot read the API key in {name}: {error}")))?;
    let none = "holds no API key: one line of visible ASCII characters is needed";
    settings::key_of(&text).ok_or_else(|| wrong(&format!("{name} {none}")))
}

/// A key that nobody can guess.
fn make_key() -> Result<Secret, Failure> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| wrong(&format!("cannot make a key: {error}")))?;
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    let digits: String = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect();
    Ok(Secret::new(digits))
}
