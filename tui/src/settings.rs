//! What is configured: the appliances that this program asks, each under a name.

use std::path::PathBuf;

use appliance::client;

use crate::streams::Failure;

/// One appliance and organization, under a name.
#[derive(Clone, Debug)]
pub struct Context {
    /// Its name: that of the file, or the host of the endpoint where the environment names one.
    pub name: String,
    /// How it is asked.
    pub client: client::Settings,
    /// The scenario without a fleet that says what the appliance does not tell; `None`: nothing is assumed.
    pub model: Option<PathBuf>,
    /// Whether orders are given without `--write`.
    pub is_writable: bool,
    /// How many questions a second whoever polls asks at most; above 0.
    pub most_requests_per_second: f64,
    /// The zone of dates, by its name in the IANA database; `None`: the appliance's or the scenario's own.
    pub timezone: Option<String>,
}

/// Questions a second, where nothing else is said.
const MOST_REQUESTS_PER_SECOND: f64 = 10.0;

/// The context that is meant by its name, or else the one of the environment.
///
/// # Errors
/// When none is configured, or it cannot be used.
pub(crate) fn chosen(context: Option<&str>) -> Result<Context, Failure> {
    let nothing = "meltdeck: no appliance is configured: set MELTCLOUD_ENDPOINT, MELTCLOUD_ORGANIZATION and \
                   MELTCLOUD_API_KEY";
    chosen_if_any(context)?.ok_or_else(|| Failure::Question(nothing.to_owned()))
}

/// As [`chosen`]; `None` where nothing is configured at all.
///
/// # Errors
/// As [`chosen`].
pub(crate) fn chosen_if_any(context: Option<&str>) -> Result<Option<Context>, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let is_set = |name: &&str| variable(name).is_some();
    if !["MELTCLOUD_ENDPOINT", "MELTCLOUD_ORGANIZATION"]
        .iter()
        .any(is_set)
    {
        return match context {
            Some(name) => Err(Failure::Question(format!(
                "meltdeck: --context: found {name:?}, but no context is configured"
            ))),
            None => Ok(None),
        };
    }
    let client = client::Settings::from_variables(variable).map_err(|errors| {
        let lines = errors.iter().map(|error| format!("meltdeck: {error}"));
        Failure::Question(lines.collect::<Vec<_>>().join("\n"))
    })?;
    let address = client.endpoint.to_string();
    let host = address.split("://").last().unwrap_or(&address);
    let name = host.split(['/', ':']).next().unwrap_or(host).to_owned();
    if let Some(wanted) = context
        && wanted != name
    {
        let why = format!("meltdeck: --context: found {wanted:?}, the only one is {name:?}");
        return Err(Failure::Question(why));
    }
    Ok(Some(Context {
        name,
        client,
        model: None,
        is_writable: false,
        most_requests_per_second: MOST_REQUESTS_PER_SECOND,
        timezone: None,
    }))
}
