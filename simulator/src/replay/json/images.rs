//! Machine images, told to programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::Span;
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

/// How images reach the pools.
#[derive(Serialize)]
pub(super) struct ImagesState<'b> {
    size_bytes: u64,
    pools: Vec<&'b str>,
    apply: &'static str,
    #[serde(flatten)]
    campaign: Option<CampaignState<'b>>,
}

/// How they are applied by themselves.
#[derive(Serialize)]
struct CampaignState<'b> {
    mode: &'static str,
    canary: Vec<&'b str>,
    promotion_delay_s: Span,
    supersede: &'static str,
}

pub(super) fn state(blueprint: &Blueprint) -> Option<ImagesState<'_>> {
    let scenario = blueprint.scenario();
    let images = scenario.images.as_ref()?;
    let names = |pools: &[usize]| -> Vec<&str> {
        let named = pools.iter().map(|pool| scenario.pools[*pool].name.as_str());
        named.collect()
    };
    let campaign = images.campaign.as_ref();
    Some(ImagesState {
        size_bytes: images.size,
        pools: names(&images.pools),
        apply: if campaign.is_some() {
            "autonomous"
        } else {
            "save"
        },
        campaign: campaign.map(|campaign| CampaignState {
            mode: if campaign.is_pool_after_pool {
                "pool-after-pool"
            } else {
                "parallel"
            },
            canary: names(&campaign.canaries),
            promotion_delay_s: campaign.promotion_delay,
            supersede: campaign.supersede.as_str(),
        }),
    })
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
