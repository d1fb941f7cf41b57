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
}

/// The context that the `MELTCLOUD_*` variables describe; there are no others yet.
///
/// # Errors
/// When one is named, or the variables are missing or wrong: everything that is wrong with them.
pub(crate) fn chosen(context: Option<&str>) -> Result<Context, Failure> {
    if let Some(name) = context {
        let why = format!("meltdeck: there is no context {name:?}: set MELTCLOUD_* variables");
        return Err(Failure::Question(why));
    }
    let settings = client::Settings::from_variables(|name| std::env::var(name).ok());
    let client = settings.map_err(|errors| {
        let lines: Vec<String> = errors
            .iter()
            .map(|error| format!("meltdeck: {error}"))
            .collect();
        Failure::Question(lines.join("\n"))
    })?;
    let endpoint = client.endpoint.to_string();
    let host = endpoint.split('/').nth(2).unwrap_or_default();
    Ok(Context {
        name: host.to_owned(),
        client,
        model: None,
        is_writable: false,
    })
}
