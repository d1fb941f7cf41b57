//! Of which appliance a capture is made, and with which model.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use simulator::scenario::ScenarioError;
use simulator::scenario::model::Model;
use simulator::windows::zone;

use super::About;
use crate::settings::Context;

/// A context, as far as a capture of its fleet needs it. Holds no key.
#[derive(Clone, Debug)]
pub struct Source {
    /// The context's name.
    pub context: String,
    /// The appliance's address.
    pub endpoint: String,
    /// Whose fleet it is.
    pub organization: String,
    /// The file of the model, if there is one.
    pub model: Option<PathBuf>,
    /// The context's zone, which is that of the windows of a model, and its name.
    pub zone: (TimeZone, String),
    /// The zone in which the operator reads dates, and its name.
    pub dates: (TimeZone, String),
    /// The time from one question to the next, at least.
    pub apart: Duration,
    /// Reads the clock.
    pub now: fn() -> Timestamp,
}

impl Source {
    /// What a context says of it.
    pub fn of(context: &Context) -> Self {
        let known = context.timezone.as_deref().and_then(zone);
        let zone = known.unwrap_or_else(|| (TimeZone::UTC, "UTC".to_owned()));
        Self {
            context: context.name.clone(),
            endpoint: context.client.endpoint.to_string(),
            organization: context.client.organization.to_string(),
            model: context.model.clone(),
            dates: zone.clone(),
            zone,
            apart: Duration::from_secs_f64(context.most_requests_per_second.recip()),
            now: Timestamp::now,
        }
    }

    /// The model, as it is written down now; one that says nothing where there is none.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub(crate) fn load_model(&self) -> Result<Model, ScenarioError> {
        let file = self.model.as_deref();
        file.map_or_else(|| Ok(Model::default()), Model::load)
    }

    /// What is said of a capture that is made now.
    pub(crate) fn about(&self) -> About {
        About {
            context: self.context.clone(),
            endpoint: self.endpoint.clone(),
            organization: self.organization.clone(),
            model: self.model.as_ref().map(|file| file.display().to_string()),
            at: (self.now)().to_zoned(self.zone.0.clone()),
        }
    }
}
