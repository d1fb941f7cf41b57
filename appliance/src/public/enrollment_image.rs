//! An enrollment image as the public API shows it: what a computer boots to become a machine. It is never changed.

use serde::{Deserialize, Serialize};

use super::network_profile::NetworkProfileId;
use super::optional::null_as_empty;
use crate::{Secret, Text};

/// An enrollment image's number, assigned by the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct EnrollmentImageId(pub i64);

/// One enrollment image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct EnrollmentImage {
    /// Its number.
    pub id: EnrollmentImageId,
    /// Its name, unique in the organization.
    pub name: Text,
    /// Until when it can be booted (RFC 3339, in the appliance's own offset).
    pub expires_at: Text,
    /// What it is doing; `ready` has been seen.
    #[serde(default)]
    pub status: Text,
    /// The disk that is installed to, as `/dev/vda`; `null`: found by the image.
    #[serde(default)]
    pub install_disk_device: Option<Text>,
    /// Whether a disk that holds something is overwritten.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub install_disk_force_overwrite: bool,
    /// The VLAN on which it reaches the appliance; `null`: none.
    #[serde(default)]
    pub vlan: Option<i64>,
    /// Whether it can be fetched over HTTP.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub enable_http: bool,
    /// Where to fetch it over HTTP, for x86. Holds a token, as all four do.
    #[serde(default)]
    pub http_url_iso_amd64: Option<Secret>,
    /// Where to fetch it over HTTP, for Arm.
    #[serde(default)]
    pub http_url_iso_arm64: Option<Secret>,
    /// Where to fetch it over HTTPS, for x86.
    #[serde(default)]
    pub https_url_iso_amd64: Option<Secret>,
    /// Where to fetch it over HTTPS, for Arm.
    #[serde(default)]
    pub https_url_iso_arm64: Option<Secret>,
    /// When it was booted last (RFC 3339); `null`: never.
    #[serde(default)]
    pub last_used_at: Option<Text>,
    /// Whether it installs to two disks (RAID 1). Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_disk_mirror: Option<bool>,
    /// The second of them. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_disk_mirror_device: Option<Text>,
    /// The network profile with which it reaches the appliance. Newest providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_profile_id: Option<NetworkProfileId>,
}

/// An enrollment image to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct NewEnrollmentImage {
    /// Its name.
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::NAME)))]
    pub name: Text,
    /// Until when it can be booted (RFC 3339).
    #[cfg_attr(feature = "server", schemars(extend("format" = "date-time")))]
    pub expires_at: Text,
    /// The disk to install to. The newer provider may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_disk_device: Option<Text>,
    /// Whether a disk that holds something is overwritten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_disk_force_overwrite: Option<bool>,
    /// The VLAN on which it reaches the appliance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vlan: Option<i64>,
    /// Whether it can be fetched over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_http: Option<bool>,
    /// Whether it installs to two disks (RAID 1). Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_disk_mirror: Option<bool>,
    /// The second of them. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_disk_mirror_device: Option<Text>,
    /// The network profile with which it reaches the appliance. Newest providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_profile_id: Option<NetworkProfileId>,
}
