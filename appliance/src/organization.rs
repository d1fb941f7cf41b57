//! An organization: whose clusters and machines these are.

use std::fmt;

/// An organization's UUID. Nothing else of an organization is public; it stands in every path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Organization(String);

impl Organization {
    /// Reads a UUID, in any case; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let groups: Vec<&str> = text.split('-').collect();
        let is_uuid = groups.len() == 5
            && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| {
                group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
            });
        is_uuid.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The UUID, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Organization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_is_a_uuid_in_any_case() {
        let upper = Organization::parse("0B9A7C1E-0000-4000-8000-00000000000F").unwrap();
        assert_eq!(upper.as_str(), "0b9a7c1e-0000-4000-8000-00000000000f");
        for wrong in [
            "",
            "acme",
            "0b9a7c1e-0000-4000-8000-00000000000",
            "0b9a7c1e-0000-4000-8000-00000000000g",
            "0b9a7c1e-0000-4000-8000-00000000000f-",
        ] {
            assert_eq!(Organization::parse(wrong), None, "{wrong}");
        }
    }
}
