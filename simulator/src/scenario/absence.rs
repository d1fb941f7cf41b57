//! How long a cluster waits for a machine that is away, and how long a machine lets its pods end before it goes.
//!
//! Kubernetes' node lifecycle controller takes a node for lost when it has not been heard from for 50 s
//! (`node-monitor-grace-period`; 40 s before 1.32), and pods tolerate that for 300 s
//! (<https://kubernetes.io/docs/concepts/architecture/nodes/>). The kubelet's graceful shutdown of its node is off unless
//! `shutdownGracePeriod` is set (<https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/>).

use super::problem::Problems;
use super::section::Section;
use super::values::{duration, positive_duration};
use crate::engine::Span;

/// The kubelet is heard from so often.
pub const HEARTBEAT: Span = Span::from_secs(10);

/// How long a cluster waits for a machine that is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long a node may be silent before it is Unknown.
    pub grace: Span,
    /// How long pods tolerate that before they are deleted.
    pub toleration: Span,
}

/// How long the kubelet lets pods end when its machine stops; with no time at all it does not touch them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shutdown {
    /// All of them together.
    pub grace: Span,
    /// Of that, the critical ones, which end last.
    pub critical: Span,
}

impl Patience {
    /// Kubernetes' own for a control plane of this version.
    pub fn of_version(version: &str) -> Self {
        let minor = version.split('.').nth(1);
        let minor = minor.and_then(|minor| minor.parse::<u32>().ok());
        let is_old = minor.is_some_and(|minor| minor < 32);
        Self {
            grace: Span::from_secs(if is_old { 40 } else { 50 }),
            toleration: Span::from_secs(300),
        }
    }
}

/// How long a cluster of this version waits.
pub(super) fn patience(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    version: &str,
) -> Patience {
    let mut patience = Patience::of_version(version);
    let grace = table.get("node_monitor_grace", problems, |item, problems| {
        let grace = positive_duration(item, problems)?;
        if grace <= HEARTBEAT {
            item.refuse(
                problems,
                &format!("a duration longer than {HEARTBEAT}: nodes are heard from so often"),
            );
        }
        Some(grace)
    });
    if let Some(grace) = grace {
        patience.grace = grace;
    }
    if let Some(toleration) = table.get("pod_toleration", problems, duration) {
        patience.toleration = toleration;
    }
    patience
}

/// How long a pool's machines let their pods end. `is_one_phase`: their hardware has no stop of which it could be a part.
pub(super) fn shutdown(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    is_one_phase: bool,
) -> Shutdown {
    let grace = table.get("shutdown_grace", problems, duration);
    let critical = table.get("shutdown_grace_critical", problems, duration);
    let shutdown = Shutdown {
        grace: grace.unwrap_or_default(),
        critical: critical.unwrap_or_default(),
    };
    if shutdown.critical > shutdown.grace
        && let Some(item) = table.item("shutdown_grace_critical")
    {
        item.refuse(
            problems,
            &format!("at most the shutdown_grace, which is {}", shutdown.grace),
        );
    }
    if is_one_phase && !shutdown.grace.is_zero() {
        let Some(item) = table.own_item("shutdown_grace") else {
            // What a preset says is of no use where there is no stop.
            return Shutdown::default();
        };
        item.object(
            problems,
            "which needs hardware with a stop, not one duration for everything",
        );
    }
    shutdown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn read(cluster: &str, pool: &str) -> Result<Scenario, String> {
        let text = format!(
            "[hardware.one]\nupdate = \"5m\"\n[[clusters]]\nname = \"c\"\n{cluster}\n[[pools]]\nname = \"p\"\nmachines = 1\n{pool}\n"
        );
        Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())
    }

    #[test]
    fn the_patience_of_a_cluster_goes_by_its_version() {
        let rows = [
            ("version = \"1.31.9\"", 40, 300),
            ("version = \"1.32.0\"", 50, 300),
            ("", 50, 300),
            (
                "version = \"1.28.1\"\nnode_monitor_grace = \"2m\"\npod_toleration = \"0s\"",
                120,
                0,
            ),
        ];
        for (cluster, grace, toleration) in rows {
            let scenario = read(cluster, "").unwrap();
            let expected = Patience {
                grace: Span::from_secs(grace),
                toleration: Span::from_secs(toleration),
            };
            assert_eq!(scenario.clusters[0].patience, expected, "{cluster}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let rows = [
            (
                "node_monitor_grace = \"10s\"",
                "",
                "clusters[0].node_monitor_grace: found \"10s\", allowed: a duration longer than 10s: nodes are heard from so often",
            ),
            (
                "",
                "shutdown_grace = \"10s\"\nshutdown_grace_critical = \"11s\"",
                "pools[0].shutdown_grace_critical: found \"11s\", allowed: at most the shutdown_grace, which is 10s",
            ),
            (
                "",
                "hardware = \"one\"\nshutdown_grace = \"10s\"",
                "pools[0].shutdown_grace: found \"10s\", which needs hardware with a stop, not one duration for everything",
            ),
        ];
        for (cluster, pool, said) in rows {
            let error = read(cluster, pool).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
