//! Where the stream of events is. It is no request of the table: its answer does not end.

use super::route::Part;
use crate::Organization;

const BELOW: &str = "/events/stream";

/// The path of an organization's stream of events.
pub fn stream_path(organization: &Organization) -> String {
    format!("{}orgs/{organization}{BELOW}", Part::Extension.prefix())
}

/// The organization in the path of a stream; `None` where it is another path.
pub fn read_stream_path(path: &str) -> Option<Organization> {
    let below = path
        .strip_prefix(Part::Extension.prefix())?
        .strip_prefix("orgs/")?;
    Organization::parse(below.strip_suffix(BELOW)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::organization;

    #[test]
    fn the_path_of_a_stream_is_read_as_it_is_written() {
        let path = stream_path(&organization());
        assert_eq!(read_stream_path(&path), Some(organization()));
        let events = path.replace("/stream", "");
        let public = path.replace("/meltdeck/v1/", "/api/v1/");
        for other in [events, public, format!("{path}/1")] {
            assert_eq!(read_stream_path(&other), None, "{other}");
        }
    }
}
