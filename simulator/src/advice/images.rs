//! Images that bring a kubelet which is newer than its control plane.

use std::collections::BTreeSet;

use crate::scenario::{Images, Scenario};

/// The first such image of each cluster; a kubelet must not be newer than its control plane
/// (<https://kubernetes.io/releases/version-skew-policy/>).
pub(super) fn warnings(scenario: &Scenario) -> Vec<String> {
    let Some(images) = &scenario.images else {
        return Vec::new();
    };
    let clusters: BTreeSet<usize> = images
        .pools
        .iter()
        .map(|pool| scenario.pools[*pool].cluster)
        .collect();
    let too_new = |cluster: usize| {
        let cluster = &scenario.clusters[cluster];
        let (number, kubelet) = first_beyond(scenario, images, &cluster.version)?;
        Some(format!(
            "images: number {number} brings kubelet {kubelet}, newer than {} of the control plane of {}: with preflight = \"refuse\" it is not rolled out",
            cluster.version, cluster.name
        ))
    };
    clusters.into_iter().filter_map(too_new).collect()
}

/// The first image up to the horizon whose kubelet is newer than a version.
fn first_beyond(scenario: &Scenario, images: &Images, version: &str) -> Option<(u32, String)> {
    let horizon = scenario.horizon();
    let is_due = |number: &u32| {
        let due = images.cadence.due(*number, &scenario.calendar);
        due.is_some_and(|due| due <= horizon)
    };
    (1..u32::MAX)
        .take_while(is_due)
        .filter_map(|number| Some((number, images.versions(number).kubelet?)))
        .find(|(_, kubelet)| alphanumeric_sort::compare_str(kubelet, version).is_gt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_image_that_is_too_new_is_named() {
        let of = |horizon: &str| {
            let text = format!(
                "horizon = \"{horizon}\"\n[[clusters]]\nname = \"c\"\nversion = \"1.33.9\"\n[[pools]]\nname = \"p\"\nmachines = 1\n[images]\nevery = \"30d\"\nkubelet = \"1.33.8\"\n"
            );
            warnings(&Scenario::parse(&text, "f", "f").unwrap())
        };
        assert_eq!(
            of("90d"),
            [
                "images: number 3 brings kubelet 1.33.10, newer than 1.33.9 of the control plane of c: with preflight = \"refuse\" it is not rolled out"
            ]
        );
        assert!(of("89d").is_empty());
    }
}
