//! A context as it is written down, and where each of its values comes from.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use appliance::client::{self, Endpoint};
use appliance::{Organization, Secret};

use super::key::KeySource;
use super::{Context, Variables};

/// How long a command that prints a key may take: somebody may have to unlock something.
pub(crate) const KEY_TIME: Duration = Duration::from_secs(60);
/// Questions a second, unless told otherwise.
pub(super) const USUAL_RATE: f64 = 10.0;

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it comes from.
    pub(crate) from: Origin,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody said anything.
    Default,
    /// A line of the file of contexts, from 1.
    Line(usize),
    /// A variable of the environment.
    Variable(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::Line(line) => write!(formatter, "line {line}"),
            Self::Variable(name) => formatter.write_str(name),
        }
    }
}

impl<T> Found<T> {
    /// A value that nobody said.
    pub(super) fn by_default(value: T) -> Self {
        let from = Origin::Default;
        Self { value, from }
    }

    /// The one that was found, or else this.
    pub(super) fn or(found: Option<Self>, default: T) -> Self {
        found.unwrap_or_else(|| Self::by_default(default))
    }
}

/// A context before its key is got.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Its name.
    pub(crate) name: String,
    /// Where the appliance is.
    pub(crate) endpoint: Found<Endpoint>,
    /// Whose fleet is asked about.
    pub(crate) organization: Found<Organization>,
    /// Where the key comes from.
    pub(crate) key: Found<KeySource>,
    /// The certificates that are trusted; `None`: the system's.
    pub(crate) ca_file: Found<Option<PathBuf>>,
    /// Whether any certificate is taken.
    pub(crate) skip_verify: Found<bool>,
    /// What the appliance does not tell.
    pub(crate) model: Found<Option<PathBuf>>,
    /// Whether orders are given.
    pub(crate) is_writable: Found<bool>,
    /// Questions a second, at most.
    pub(crate) most_requests_per_second: Found<f64>,
    /// The zone of dates.
    pub(crate) timezone: Found<Option<String>>,
}

impl Draft {
    /// The context that meltcloud's variables make, called after the endpoint's host. It gives no orders.
    ///
    /// # Errors
    /// What is wrong with them, each in a line.
    pub(super) fn of_environment(variable: Variables<'_>) -> Result<Self, String> {
        let settings = client::Settings::from_variables(variable).map_err(|errors| {
            let lines = errors.iter().map(ToString::to_string);
            lines.collect::<Vec<_>>().join("\n")
        })?;
        let from = |name| match variable(name) {
            Some(_) => Origin::Variable(name),
            None => Origin::Default,
        };
        let key = match settings.api_key {
            Some(_) => KeySource::Variable(API_KEY.to_owned()),
            None => KeySource::None,
        };
        Ok(Self {
            name: settings.endpoint.host().to_owned(),
            endpoint: Found {
                value: settings.endpoint,
                from: from(ENDPOINT),
            },
            organization: Found {
                value: settings.organization,
                from: from("MELTCLOUD_ORGANIZATION"),
            },
            key: Found {
                value: key,
                from: from(API_KEY),
            },
            ca_file: Found {
                value: settings.ca_file,
                from: from("MELTCLOUD_CACERT"),
            },
            skip_verify: Found {
                value: settings.skip_verify,
                from: from("MELTCLOUD_SKIP_VERIFY"),
            },
            model: Found::by_default(None),
            is_writable: Found::by_default(false),
            most_requests_per_second: Found::by_default(USUAL_RATE),
            timezone: Found::by_default(None),
        })
    }

    /// The same, with the environment's key where it names no source of its own. Where the environment names another
    /// endpoint, its key is that one's and goes nowhere else.
    pub(super) fn with_key_of_environment(mut self, variable: Variables<'_>) -> Self {
        let is_elsewhere = variable(ENDPOINT).is_some_and(|named| {
            Endpoint::parse(&named).ok().as_ref() != Some(&self.endpoint.value)
        });
        if self.key.value == KeySource::None && variable(API_KEY).is_some() && !is_elsewhere {
            self.key = Found {
                value: KeySource::Variable(API_KEY.to_owned()),
                from: Origin::Variable(API_KEY),
            };
        }
        self
    }

    /// Whether it is what a context was made of: the same fleet of the same appliance.
    pub(crate) fn asks_as(&self, context: &Context) -> bool {
        let settings = &context.client;
        self.endpoint.value == settings.endpoint && self.organization.value == settings.organization
    }

    /// The key, which may take as long as a command does.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn api_key(&self, variable: Variables<'_>) -> Result<Option<Secret>, String> {
        self.key.value.get(variable, KEY_TIME)
    }

    /// The context, with its key.
    ///
    /// # Errors
    /// Why the key cannot be got, for [`super::of_context`].
    pub(crate) fn context(self, variable: Variables<'_>) -> Result<Context, String> {
        let key = self.api_key(variable);
        let api_key = key.map_err(|why| format!("its API key: {why}"))?;
        Ok(Context {
            client: client::Settings {
                api_key,
                ca_file: self.ca_file.value,
                skip_verify: self.skip_verify.value,
                ..client::Settings::new(self.endpoint.value, self.organization.value)
            },
            name: self.name,
            model: self.model.value,
            is_writable: self.is_writable.value,
            most_requests_per_second: self.most_requests_per_second.value,
            timezone: self.timezone.value,
        })
    }
}

const ENDPOINT: &str = "MELTCLOUD_ENDPOINT";
const API_KEY: &str = "MELTCLOUD_API_KEY";
