//! The wire form: round trips of every request and reply, and calls and answers as the provider has them.

mod answers;
mod calls;
pub(crate) mod examples;
mod public_examples;
mod stored_examples;

use crate::{Organization, Text};

pub(crate) fn organization() -> Organization {
    Organization::parse("0b9a7c1e-0000-4000-8000-00000000000f").unwrap()
}

pub(crate) fn text(text: &str) -> Text {
    Text::from(text)
}
