//! Machine images, told to people.

use crate::fleet::{Blueprint, ImageEvent, ImageFate};
use crate::scenario::Versions;

pub(super) fn told(blueprint: &Blueprint, release: u32, what: ImageEvent) -> String {
    match what {
        ImageEvent::Released { fate } => {
            let brings = brings(blueprint, release);
            let fate = match fate {
                ImageFate::Applied => "",
                ImageFate::Waits => ", waits for the one before it",
                ImageFate::Saved => ", saved",
            };
            format!("image {release} released{brings}{fate}")
        }
        ImageEvent::Promoted => format!("image {release} promoted: its canaries have succeeded"),
        ImageEvent::Superseded { by } => format!("image {release} superseded by image {by}"),
        ImageEvent::Stopped { pool } => {
            let pool = blueprint.pool_name(pool);
            format!("image {release} stopped: the rollout of {pool} did not succeed")
        }
    }
}

/// Its components with their versions, as far as the scenario tells them.
fn brings(blueprint: &Blueprint, release: u32) -> String {
    let images = blueprint.scenario().images.as_ref();
    let versions = images.map(|images| images.versions(release));
    let told: Vec<_> = versions
        .iter()
        .flat_map(Versions::told)
        .map(|(component, version)| format!("{component} {version}"))
        .collect();
    if told.is_empty() {
        String::new()
    } else {
        format!(" ({})", told.join(", "))
    }
}
