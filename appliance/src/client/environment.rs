//! The settings, from the variables of meltcloud's Terraform provider
//! (<https://registry.terraform.io/providers/meltcloud/meltcloud/latest/docs>).

use super::endpoint::Endpoint;
use super::settings::Settings;
use crate::{Error, ErrorKind, Organization, Secret};

const ENDPOINT: &str = "MELTCLOUD_ENDPOINT";
const ORGANIZATION: &str = "MELTCLOUD_ORGANIZATION";
const API_KEY: &str = "MELTCLOUD_API_KEY";
const CACERT: &str = "MELTCLOUD_CACERT";
const SKIP_VERIFY: &str = "MELTCLOUD_SKIP_VERIFY";

impl Settings {
    /// Reads the settings by asking `variable` for each one by its name. One that is empty is as one that is not set.
    ///
    /// | variable | holds |
    /// |---|---|
    /// | `MELTCLOUD_ENDPOINT` | the address of the appliance; [`Endpoint::DEFAULT`] if not set |
    /// | `MELTCLOUD_ORGANIZATION` | the organization's UUID; has to be set |
    /// | `MELTCLOUD_API_KEY` | the key; none is sent if not set |
    /// | `MELTCLOUD_CACERT` | the path of a PEM file, whose certificates are trusted instead of the system's |
    /// | `MELTCLOUD_SKIP_VERIFY` | `1` or `true`: any certificate is taken |
    ///
    /// # Errors
    /// Every variable that is missing or wrong, with what is allowed. No value is repeated: what was set by mistake may be
    /// the key.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<Error>> {
        let value = |name| variable(name).filter(|value| !value.is_empty());
        let endpoint = value(ENDPOINT);
        let endpoint = Endpoint::parse(endpoint.as_deref().unwrap_or(Endpoint::DEFAULT))
            .map_err(|error| wrong(ENDPOINT, &error.to_string()));
        let organization = organization(value(ORGANIZATION).as_deref());
        let api_key = value(API_KEY).map(api_key).transpose();
        let skip_verify = skip_verify(value(SKIP_VERIFY).as_deref());
        match (endpoint, organization, api_key, skip_verify) {
            (Ok(endpoint), Ok(organization), Ok(api_key), Ok(skip_verify)) => Ok(Self {
                api_key,
                ca_file: value(CACERT).map(Into::into),
                skip_verify,
                ..Self::new(endpoint, organization)
            }),
            (endpoint, organization, api_key, skip_verify) => {
                let errors = [
                    endpoint.err(),
                    organization.err(),
                    api_key.err(),
                    skip_verify.err(),
                ];
                Err(errors.into_iter().flatten().collect())
            }
        }
    }
}

fn organization(value: Option<&str>) -> Result<Organization, Error> {
    const ALLOWED: &str = "the organization's UUID, as 0b9a7c1e-0000-4000-8000-00000000000f, which stands in the \
         addresses of the web console";
    let Some(value) = value else {
        let why = format!("is not set, and has to be {ALLOWED}");
        return Err(wrong(ORGANIZATION, &why));
    };
    Organization::parse(value.trim())
        .ok_or_else(|| wrong(ORGANIZATION, &format!("has to be {ALLOWED}")))
}

/// A key ends up in a header, which holds nothing but visible ASCII; a line break comes from reading a file.
fn api_key(value: String) -> Result<Secret, Error> {
    if value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Secret::new(value));
    }
    let why = "has to be letters, digits and signs of ASCII, without blanks and line breaks";
    Err(wrong(API_KEY, why))
}

fn skip_verify(value: Option<&str>) -> Result<bool, Error> {
    match value {
        Some("1" | "true") => Ok(true),
        None | Some("0" | "false") => Ok(false),
        Some(_) => {
            let why = "has to be 1 or true to take any certificate, or not to be set";
            Err(wrong(SKIP_VERIFY, why))
        }
    }
}

fn wrong(name: &str, why: &str) -> Error {
    Error::new(ErrorKind::Rejected, format!("{name} {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: &str = "0B9A7C1E-0000-4000-8000-00000000000F";

    fn read(variables: &[(&str, &str)]) -> Result<Settings, Vec<Error>> {
        Settings::from_variables(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_organization_is_enough() {
        let settings = read(&[(ORGANIZATION, ORG), (ENDPOINT, ""), (SKIP_VERIFY, "")]).unwrap();
        assert_eq!(settings.endpoint.to_string(), "https://app.meltcloud.io");
        assert_eq!(settings.organization.as_str(), ORG.to_ascii_lowercase());
        assert_eq!((settings.api_key, settings.ca_file), (None, None));
        assert!(!settings.skip_verify);
    }

    #[test]
    fn every_variable_is_read() {
        for (text, expected) in [("1", true), ("true", true), ("0", false), ("false", false)] {
            let settings = read(&[
                (ENDPOINT, "http://127.0.0.1:8080/nest"),
                (ORGANIZATION, ORG),
                (API_KEY, "eyJhbGciOi"),
                (CACERT, "/etc/nest.pem"),
                (SKIP_VERIFY, text),
            ])
            .unwrap();
            assert_eq!(settings.endpoint.to_string(), "http://127.0.0.1:8080/nest");
            assert_eq!(settings.api_key, Some(Secret::new("eyJhbGciOi")));
            assert_eq!(settings.ca_file.unwrap().to_str(), Some("/etc/nest.pem"));
            assert_eq!(settings.skip_verify, expected);
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once_by_name_and_without_a_value() {
        let errors = read(&[
            (ENDPOINT, "https://me:eyJ@nest"),
            (ORGANIZATION, "eyJhbGciOi"),
            (API_KEY, "eyJhbGciOi\n"),
            (SKIP_VERIFY, "yes-eyJ"),
        ])
        .unwrap_err();
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        for (name, error) in [ENDPOINT, ORGANIZATION, API_KEY, SKIP_VERIFY]
            .iter()
            .zip(&told)
        {
            assert!(error.starts_with(name), "{error}");
            assert!(!error.contains("eyJ"), "{error}");
        }
        assert_eq!(told.len(), 4);
        let missing = read(&[]).unwrap_err();
        assert_eq!(missing.len(), 1);
        assert!(missing[0].to_string().contains("is not set"));
    }
}
