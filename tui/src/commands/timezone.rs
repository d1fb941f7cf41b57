//! The zone that `--timezone` names.

use jiff::tz::TimeZone;
use simulator::windows::{zone, zone_names};

use crate::streams::Failure;

/// The zone of this name, and its name as the database has it.
pub(super) fn named(name: &str) -> Result<(TimeZone, String), Failure> {
    if let Some(found) = zone(name) {
        return Ok(found);
    }
    let names = zone_names();
    let hint = simulator::scenario::did_you_mean(name, names.iter().map(String::as_str));
    Err(Failure::Question(format!(
        "meltdeck: --timezone: found {name:?}, allowed: a zone of the IANA database, as \"Europe/Zurich\"{hint}"
    )))
}
