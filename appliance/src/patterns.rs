//! What texts of requests have to look like, as regular expressions of ECMA-262, for schemas of what is served.

/// A UUID (RFC 9562).
pub(crate) const UUID: &str = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
/// A Kubernetes version with its patch.
pub(crate) const VERSION: &str = "^[0-9]+[.][0-9]+[.][0-9]+$";
/// A Kubernetes minor version.
pub(crate) const MINOR: &str = "^[0-9]{1,4}[.][0-9]{1,4}$";
/// A host name (RFC 1123).
pub(crate) const HOSTNAME: &str =
    "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$";
/// The name of a cluster.
pub(crate) const CLUSTER: &str = "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$";
/// The name of something else: visible, without space at its ends.
pub(crate) const NAME: &str = r"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]{0,251}[^\s\u0000-\u001f\u007f-\u009f])?$";
