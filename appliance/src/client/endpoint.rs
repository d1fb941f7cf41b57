//! Where an appliance is.

use std::fmt;

use reqwest::Url;

use crate::{Error, ErrorKind};

/// An appliance's address: `http` or `https`, a host, and perhaps a path before that of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    /// meltcloud's own, which its Terraform provider asks unless told otherwise.
    pub const DEFAULT: &'static str = "https://app.meltcloud.io";

    /// Reads an address. A path is kept, as a proxy may want one. `http` is taken too: a simulated appliance is on this
    /// machine.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`], which completes "the endpoint …". It does not repeat the address, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Err(Error::new(ErrorKind::Rejected, why));
        let Ok(url) = Url::parse(text.trim()) else {
            return wrong("has to be an address, as https://app.meltcloud.io");
        };
        if !matches!(url.scheme(), "http" | "https") {
            return wrong("has to begin with https:// or http://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("may hold no user and no password: the API key says who asks");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return wrong("may hold neither ? nor #");
        }
        Ok(Self(url))
    }

    /// The address of what stands there at a path, which begins with `/` and may hold a query.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`], where there is no such address.
    pub(super) fn at(&self, target: &str) -> Result<Url, Error> {
        let base = self.0.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}{target}")).map_err(|error| {
            let why = format!("this cannot be asked for by an address: {error}");
            Error::new(ErrorKind::Rejected, why)
        })
    }

    /// Whether what is sent is encrypted.
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Its host: a name or an address, without the port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether it is this machine. What is sent there never goes through a proxy.
    pub fn is_loopback(&self) -> bool {
        // An IPv6 address stands in brackets.
        let host = self.host().trim_matches(['[', ']']);
        let address = host.parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_before_the_api_is_kept_and_so_is_its_double_slash() {
        for (endpoint, expected) in [
            (
                "https://app.meltcloud.io",
                "https://app.meltcloud.io/api/v1//orgs/o",
            ),
            ("http://[::1]:80/", "http://[::1]/api/v1//orgs/o"),
            (
                " https://proxy/nest/a/ ",
                "https://proxy/nest/a/api/v1//orgs/o",
            ),
        ] {
            let endpoint = Endpoint::parse(endpoint).unwrap();
            let url = endpoint.at("/api/v1//orgs/o").unwrap();
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn an_address_that_cannot_be_one_is_refused_and_not_repeated() {
        for (wrong, why) in [
            ("", "has to be an address"),
            ("app.meltcloud.io", "has to be an address"),
            ("https://", "has to be an address"),
            ("ftp://nest", "has to begin with"),
            ("localhost:3000", "has to begin with"),
            ("https://me:s3cret@nest", "may hold no user"),
            ("https://s3cret@nest", "may hold no user"),
            ("https://nest/?key=s3cret", "may hold neither"),
            ("https://nest/#s3cret", "may hold neither"),
        ] {
            let error = Endpoint::parse(wrong).unwrap_err().to_string();
            assert!(error.starts_with(why), "{wrong}: {error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_addresses() {
        for (endpoint, expected) in [
            ("http://localhost:3000", true),
            ("http://127.0.0.2", true),
            ("http://[::1]:8080", true),
            ("http://10.0.0.1", false),
            ("https://app.meltcloud.io", false),
        ] {
            let endpoint = Endpoint::parse(endpoint).unwrap();
            assert_eq!(endpoint.is_loopback(), expected, "{endpoint}");
        }
    }
}
