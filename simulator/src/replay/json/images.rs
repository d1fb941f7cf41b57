//! Machine images, told to programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::fleet::{Blueprint, ImageEvent};

/// What a line tells of an image, by its `kind`.
#[derive(Serialize)]
#[serde(tag = "kind")]
pub(super) enum ImageLine<'b> {
    #[serde(rename = "image-released")]
    Released {
        release: u32,
        /// What becomes of it.
        fate: &'static str,
        /// Each component that the scenario tells, with its version.
        components: BTreeMap<&'static str, String>,
        /// The revision that it is of each pool.
        revisions: BTreeMap<&'b str, u32>,
    },
    #[serde(rename = "image-promoted")]
    Promoted { release: u32 },
    #[serde(rename = "image-superseded")]
    Superseded {
        release: u32,
        /// The release that takes its place.
        by: u32,
    },
    #[serde(rename = "image-stopped")]
    Stopped { release: u32, pool: &'b str },
}

pub(super) fn what(blueprint: &Blueprint, release: u32, what: ImageEvent) -> ImageLine<'_> {
    match what {
        ImageEvent::Released { fate } => ImageLine::Released {
            release,
            fate: fate.as_str(),
            components: components(blueprint, release),
            revisions: revisions(blueprint, release),
        },
        ImageEvent::Promoted => ImageLine::Promoted { release },
        ImageEvent::Superseded { by } => ImageLine::Superseded { release, by },
        ImageEvent::Stopped { pool } => ImageLine::Stopped {
            release,
            pool: blueprint.pool_name(pool),
        },
    }
}

fn components(blueprint: &Blueprint, release: u32) -> BTreeMap<&'static str, String> {
    let images = blueprint.scenario().images.iter();
    let versions = images.map(|images| images.versions(release));
    versions
        .flat_map(|versions| {
            let told = versions.told();
            told.map(|(component, version)| (component, version.to_owned()))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn revisions(blueprint: &Blueprint, release: u32) -> BTreeMap<&str, u32> {
    let scenario = blueprint.scenario();
    let images = scenario.images.iter();
    images
        .flat_map(|images| {
            images.pools.iter().map(move |pool| {
                let name = scenario.pools[*pool].name.as_str();
                (name, images.revision(*pool, release))
            })
        })
        .collect()
}
