//! What is configured: the appliances that this program asks, each under a name.

use std::path::PathBuf;

use appliance::client;

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
