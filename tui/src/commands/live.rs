//! What the commands share that ask an appliance.

use appliance::client::blocking::Client;
use appliance::{Error, ErrorKind};

use crate::live::Appliance;
use crate::settings::Context;
use crate::streams::{Failure, Streams};

/// The appliance of a context. Nothing is sent yet.
pub(super) fn open(context: &Context) -> Result<Appliance, Failure> {
    let client = Client::new(context.client.clone());
    let client = client.map_err(|error| match error.kind() {
        ErrorKind::Rejected => Failure::Question(format!("meltdeck: {error}")),
        _ => Failure::Appliance(format!("meltdeck: {error}")),
    })?;
    Ok(Appliance::new(client))
}

/// That an appliance did not do what it was asked.
pub(super) fn refused(doing: &str, error: &Error) -> Failure {
    Failure::Appliance(format!("meltdeck: cannot {doing}: {error}"))
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
