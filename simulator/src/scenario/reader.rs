//! The reader of scenario files, for other files that are read the same way: every problem at once, each with its place.

use toml::de::DeTable;

pub use super::load::text;
pub use super::problem::Problems;
pub use super::section::{Item, Section};
pub use super::values::{flag, name};

/// The document of a text that is TOML; `None` where it is not, which is noted. Of one in which a key stands twice, that is
/// noted and the rest can be read.
pub fn document<'i>(text: &'i str, problems: &mut Problems<'_>) -> Option<DeTable<'i>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let offset = error.span().map_or(0, |span| span.start);
        problems.add(offset, error.message());
    }
    // A key that stands twice leaves a document that can be read on; other mistakes of syntax leave a torn one.
    let is_torn = errors
        .iter()
        .any(|error| !error.message().contains("duplicate key"));
    (!is_torn).then(|| document.into_inner())
}
