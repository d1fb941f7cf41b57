//! How long pods take to end and to start.
//!
//! A pod's grace is Kubernetes' 30 s
//! (<https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination>). How long pods really take is
//! nowhere published; the other defaults are this project's assumptions.

use super::durations::distribution;
use super::problem::Problems;
use super::section::Section;
use super::values::{duration, probability};
use crate::distribution::{Distribution, Shape};
use crate::engine::Span;

/// How long a pod may take to end: Kubernetes' default.
const GRACE: Span = Span::from_secs(30);
/// The share of pods that ignore their signal, where nothing is known of their end.
const IGNORES_SIGTERM: f64 = 0.1;

/// The end of a pod of which nothing is known: 3 s in the middle, and as much spread as mean.
fn assumed_termination() -> Distribution {
    let shape = Shape::Lognormal {
        mu: libm::log(Span::from_secs(3).as_millis_f64()),
        sigma: libm::sqrt(libm::log1p(1.0)),
    };
    Distribution::new(shape, None)
}

/// The start of a pod of which nothing is known.
pub(super) fn assumed_startup() -> Distribution {
    Distribution::new(Shape::lognormal_by_cv(Span::from_secs(10), 0.8), None)
}

/// How long its pods take to end and to start.
pub(super) struct Times {
    pub(super) termination: Distribution,
    pub(super) grace: Span,
    pub(super) ignores_sigterm: f64,
    pub(super) startup: Distribution,
    pub(super) image_pull: Distribution,
    pub(super) volume_detach: Distribution,
    pub(super) resync: Distribution,
    pub(super) is_assumed: bool,
}

/// What the table of a workload says about the time that its pods take.
pub(super) fn times(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> Times {
    let termination = table.get("termination", problems, distribution);
    let grace = table.get("grace", problems, duration);
    let ignores_sigterm = table.get("ignores_sigterm", problems, probability);
    let startup = table.get("startup", problems, distribution);
    let mut or_none = |key| {
        let takes = table.get(key, problems, distribution);
        takes.unwrap_or_else(|| Distribution::fixed(Span::ZERO))
    };
    let (image_pull, volume_detach, resync) = (
        or_none("image_pull"),
        or_none("volume_detach"),
        or_none("resync"),
    );
    let is_assumed = termination.is_none() || startup.is_none();
    // Whoever says how pods end has said that they do.
    let ignoring = if termination.is_some() {
        0.0
    } else {
        IGNORES_SIGTERM
    };
    Times {
        termination: termination.unwrap_or_else(assumed_termination),
        grace: grace.unwrap_or(GRACE),
        ignores_sigterm: ignores_sigterm.unwrap_or(ignoring),
        startup: startup.unwrap_or_else(assumed_startup),
        image_pull,
        volume_detach,
        resync,
        is_assumed,
    }
}
