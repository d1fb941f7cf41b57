//! What the commands share that ask an appliance.

use appliance::client::blocking::Client;
use appliance::{Error, ErrorKind};

use crate::live::Appliance;
use crate::settings::Context;
use crate::streams::{Failure, Streams};

/// Why a context told nothing, or did nothing.
#[derive(Debug)]
pub(super) struct Silence {
    /// Whether its settings are wrong, so that nothing was asked.
    pub(super) is_wrong: bool,
    /// A fragment without its full stop; may have several lines.
    pub(super) why: String,
}

impl Silence {
    /// What is wrong with the settings.
    pub(super) fn wrong(why: String) -> Self {
        let is_wrong = true;
        Self { is_wrong, why }
    }

    /// What the appliance does not do.
    pub(super) fn of_appliance(why: String) -> Self {
        let is_wrong = false;
        Self { is_wrong, why }
    }

    /// That an appliance did not do what it was asked.
    pub(super) fn refused(doing: &str, error: &Error) -> Self {
        Self::of_appliance(format!("cannot {doing}: {error}"))
    }
}

impl From<Silence> for Failure {
    fn from(silence: Silence) -> Self {
        let why = format!("meltdeck: {}", silence.why);
        if silence.is_wrong {
            Self::Question(why)
        } else {
            Self::Appliance(why)
        }
    }
}

/// The appliance of a context. Nothing is sent yet.
pub(super) fn open(context: &Context) -> Result<Appliance, Silence> {
    let client = Client::new(context.client.clone());
    let client = client.map_err(|error| match error.kind() {
        ErrorKind::Rejected => Silence::wrong(error.to_string()),
        _ => Silence::of_appliance(error.to_string()),
    })?;
    Ok(Appliance::new(client))
}

/// What to tell where an appliance was asked and gave no answer that can be used.
pub(super) fn unanswered(context: &Context, error: &Error) -> String {
    let details = error.details().iter().flat_map(|(field, messages)| {
        let messages = messages.iter();
        messages.map(move |message| format!("\n  {field}: {message}"))
    });
    let details: String = details.collect::<Vec<_>>().concat();
    let (name, endpoint) = (&context.name, &context.client.endpoint);
    format!("meltdeck: context \"{name}\", {endpoint}: {error}{details}")
}

/// Tells what went wrong beside the answers.
pub(super) fn tell_troubles(
    appliance: &Appliance,
    streams: &mut Streams<'_>,
) -> std::io::Result<()> {
    for trouble in appliance.troubles() {
        writeln!(streams.err, "meltdeck: {trouble}")?;
    }
    Ok(())
}
