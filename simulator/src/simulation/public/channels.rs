//! Release channels: where the versions of clusters and pools come from. Only the newer provider knows them.
//!
//! The rules are that provider's (`release_channel.go`, `cluster_resource.go` of
//! <https://github.com/meltcloud/terraform-provider-meltcloud>): a cluster starts on the installation's first channel, a pool
//! on that of its cluster, and a version is pinned exactly on the channel `manual`.

use appliance::public::{Fields, Patch};
use appliance::{Error, Text};
use serde_json::Value;

use super::kept::invalid;
use crate::scenario::is_version;

/// The only channel of a simulated appliance beside `manual`. The provider's documentation has it as an example.
const FIRST: &str = "stable";
/// The channel on which versions are pinned.
const MANUAL: &str = "manual";

/// The channel of a cluster or pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::simulation) struct Channel {
    pub(super) name: Text,
    /// The bundle that it is pinned to, on the channel `manual`.
    pub(super) pinned: Option<Text>,
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            name: Text::from(FIRST),
            pinned: None,
        }
    }
}

impl Channel {
    /// The channel among the fields of an object.
    pub(super) fn of_fields(fields: &Fields) -> Self {
        let text = |field| fields.get(field).and_then(Value::as_str).map(Text::from);
        Self {
            name: text("release_channel").unwrap_or_else(|| Text::from(FIRST)),
            pinned: text("manual_version"),
        }
    }

    /// The channel that a pool of the cluster starts on.
    pub(super) fn for_pools(&self) -> Self {
        if self.is_manual() {
            return Self::default();
        }
        self.clone()
    }

    /// The channel after a change of it.
    pub(super) fn changed(&self, name: Option<&Text>, pinned: &Patch<Text>) -> Result<Self, Error> {
        let name = name.unwrap_or(&self.name).clone();
        if ![FIRST, MANUAL].contains(&name.as_str()) {
            let why = format!("is no channel of this appliance, which has {FIRST} and {MANUAL}");
            return Err(invalid("release_channel", &why));
        }
        let is_manual = name.as_str() == MANUAL;
        let pinned = match pinned {
            Patch::Set(bundle) => Some(bundle.clone()),
            Patch::Keep if is_manual => self.pinned.clone(),
            Patch::Keep | Patch::Clear => None,
        };
        match &pinned {
            Some(_) if !is_manual => {
                let why = "is there although the release channel is not manual";
                Err(invalid("manual_version", why))
            }
            None if is_manual => Err(invalid("manual_version", "is needed on the channel manual")),
            Some(bundle) if version_in(bundle).is_none() => {
                Err(invalid("manual_version", "is no bundle, as 1.35.5-melt.30"))
            }
            _ => Ok(Self { name, pinned }),
        }
    }

    /// Whether its version is pinned.
    pub(super) fn is_manual(&self) -> bool {
        self.name.as_str() == MANUAL
    }

    /// The Kubernetes version that it is pinned to.
    pub(super) fn version(&self) -> Option<Text> {
        self.pinned.as_ref().and_then(version_in)
    }

    /// The bundle that is there with this version.
    pub(super) fn bundle(&self, version: &Text) -> Text {
        match &self.pinned {
            Some(pinned) if version_in(pinned).as_ref() == Some(version) => pinned.clone(),
            // Which bundles there are is not public: a simulated version is in the first of its own.
            _ => Text::from(format!("{version}-melt.1")),
        }
    }
}

/// The Kubernetes version of a bundle.
fn version_in(bundle: &Text) -> Option<Text> {
    let (version, number) = bundle.as_str().split_once("-melt.")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_patch = is_version(version) && version.split('.').count() == 3;
    (is_number && is_patch).then(|| Text::from(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(name: Option<&str>, pinned: &Patch<&str>) -> Result<Channel, String> {
        let pinned = match pinned {
            Patch::Set(text) => Patch::Set(Text::from(*text)),
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
        };
        let name = name.map(Text::from);
        let changed = Channel::default().changed(name.as_ref(), &pinned);
        changed.map_err(|error| error.to_string())
    }

    #[test]
    fn a_version_is_pinned_exactly_on_the_channel_manual() {
        let manual = changed(Some("manual"), &Patch::Set("1.35.5-melt.30")).unwrap();
        assert_eq!(manual.version(), Some(Text::from("1.35.5")));
        let bundle = |version: &str| manual.bundle(&Text::from(version)).as_str().to_owned();
        assert_eq!(bundle("1.35.5"), "1.35.5-melt.30");
        assert_eq!(bundle("1.35.6"), "1.35.6-melt.1");
        assert_eq!(manual.for_pools(), Channel::default());
        assert_eq!(changed(None, &Patch::Clear), Ok(Channel::default()));
        for wrong in ["1.35.5", "1.35-melt.3", "1.35.5-melt.", "1.35.5-melt.x"] {
            let told = changed(Some("manual"), &Patch::Set(wrong)).unwrap_err();
            assert!(told.contains("is no bundle"), "{told}");
        }
        assert!(changed(Some("manual"), &Patch::Keep).is_err());
        assert!(changed(Some("stable"), &Patch::Set("1.35.5-melt.30")).is_err());
        assert!(changed(Some("nightly"), &Patch::Keep).is_err());
    }
}
