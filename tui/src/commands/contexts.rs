//! What commands that ask a configured appliance have in common.

use crate::settings::Context;

/// What to tell where an appliance was asked and gave no answer that can be used.
pub(super) fn unanswered(context: &Context, error: &appliance::Error) -> String {
    let details = error.details().iter().flat_map(|(field, messages)| {
        let messages = messages.iter();
        messages.map(move |message| format!("\n  {field}: {message}"))
    });
    let details: String = details.collect::<Vec<_>>().concat();
    let (name, endpoint) = (&context.name, &context.client.endpoint);
    format!("meltdeck: context \"{name}\", {endpoint}: {error}{details}")
}
