//! Revisions of pools that changes made: another Kubernetes version, network profile or machine image; and the versions of
//! control planes.

use std::sync::Arc;

use super::PoolIndex;
use super::changes::Done;
use super::event::{Event, Observer};
use super::operation::Refusal;
use super::world::World;
use crate::scenario::{ChangeIndex, PoolSetting, is_version};

/// A revision of a pool that a change made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its number.
    pub number: u32,
    /// The Kubernetes version of its machines, where a change set it.
    pub version: Option<Arc<str>>,
    /// Their network profile.
    pub network_profile: Option<Arc<str>>,
    /// The bundle of their machine image.
    pub image: Option<Arc<str>>,
    /// Whether it brings other firmware too.
    pub(super) changes_firmware: bool,
}

impl Made {
    /// What it is known to bring, by name.
    pub fn told(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = [
            ("image", &self.image),
            ("kubelet", &self.version),
            ("network profile", &self.network_profile),
        ];
        named
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    fn new(number: u32) -> Self {
        Self {
            number,
            version: None,
            network_profile: None,
            image: None,
            changes_firmware: false,
        }
    }

    /// The next revision, which changes one thing.
    fn next(&self, number: u32, setting: &PoolSetting) -> Self {
        let mut next = Self {
            number,
            changes_firmware: false,
            ..self.clone()
        };
        match setting {
            PoolSetting::Version(version) => next.version = Some(Arc::from(version.as_str())),
            PoolSetting::NetworkProfile(profile) => {
                next.network_profile = profile.as_deref().map(Arc::from);
            }
            PoolSetting::Image {
                bundle,
                changes_firmware,
            } => {
                next.image = Some(Arc::from(bundle.as_str()));
                next.changes_firmware = *changes_firmware;
                if let Some(version) = version_of(bundle) {
                    next.version = Some(Arc::from(version));
                }
            }
        }
        next
    }
}

/// The Kubernetes version in a bundle's name, as `1.33.5` in `1.33.5-melt.30`.
fn version_of(bundle: &str) -> Option<&str> {
    let version = bundle.split('-').next()?;
    is_version(version).then_some(version)
}

impl World {
    /// Makes a revision of a pool, and rolls it out if it is to be applied.
    pub(super) fn change_pool<O: Observer>(
        &mut self,
        pool: PoolIndex,
        (setting, index): (&PoolSetting, ChangeIndex),
        (number, apply): (u32, bool),
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        let number = match number {
            0 => self.next_number(pool),
            number => number,
        };
        let base = self.made(pool, number).cloned();
        let made = base
            .unwrap_or_else(|| Made::new(number))
            .next(number, setting);
        let cluster = self.blueprint.about(pool).cluster;
        if let Some(kubelet) = &made.version
            && !matches!(setting, PoolSetting::NetworkProfile(_))
            && alphanumeric_sort::compare_str(kubelet, self.blueprint.control_plane(cluster))
                .is_gt()
        {
            return Err(Refusal::NewerThanControlPlane);
        }
        self.lay_out(observer, |blueprint| {
            blueprint.layout.made.entry(pool).or_default().push(made);
        });
        self.know_revision(pool, number);
        self.tell(observer, || Event::RevisionSaved {
            pool,
            revision: number,
            change: index,
        });
        if !apply {
            return Ok(Done::Saved(number));
        }
        Ok(Done::Operation(self.apply(pool, number, observer)))
    }

    /// Moves a control plane to another version, at once: that reboots no machine.
    pub(super) fn move_control_plane<O: Observer>(
        &mut self,
        cluster: usize,
        version: &str,
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        if alphanumeric_sort::compare_str(version, self.blueprint.control_plane(cluster)).is_lt() {
            return Err(Refusal::OlderControlPlane);
        }
        self.lay_out(observer, |blueprint| {
            let planes = &mut blueprint.layout.control_planes;
            planes.insert(cluster, Arc::from(version));
        });
        self.tell(observer, || Event::ControlPlane { cluster });
        Ok(Done::AtOnce)
    }

    /// A number that no revision of the pool has, and none that an image brings soon.
    fn next_number(&self, pool: PoolIndex) -> u32 {
        /// Images that may come before somebody changes such a pool by hand again.
        const IMAGES: u32 = 1_000;
        let about = self.blueprint.about(pool);
        let mut operations = self.operations.iter().filter(|about| about.pool == pool);
        let applied = operations.by_ref().map(|operation| operation.revision);
        let made = self.made_revisions(pool).iter().map(|made| made.number);
        let images = self.images_of(pool);
        let coming =
            images.map(|images| images.revision(pool.at(), self.images.released() + IMAGES));
        let known = applied.chain(made).chain(coming).chain([about.revision]);
        known.chain(about.saved_revision).max().unwrap_or_default() + 1
    }

    /// The newest revision of the pool that a change made, up to this one.
    pub(super) fn made(&self, pool: PoolIndex, revision: u32) -> Option<&Made> {
        let made = self.made_revisions(pool).iter();
        made.filter(|made| made.number <= revision)
            .max_by_key(|made| made.number)
    }

    /// The revisions of a pool that changes made.
    pub fn made_revisions(&self, pool: PoolIndex) -> &[Made] {
        let made = self.blueprint.layout.made.get(&pool);
        made.map_or(&[], Vec::as_slice)
    }

    /// The newest revision of the pool that was saved and never applied.
    pub(super) fn newest_saved(&self, pool: PoolIndex) -> Option<u32> {
        let of_scenario = self.blueprint.about(pool).saved_revision;
        let made = self.made_revisions(pool).iter().map(|made| made.number);
        let is_applied = |number: &u32| {
            let mut operations = self.operations.iter();
            operations.any(|about| {
                about.pool == pool && about.task.is_none() && about.revision == *number
            })
        };
        let released = self.released_revisions(pool);
        let known = made.chain(of_scenario).chain(released);
        known.filter(|number| !is_applied(number)).max()
    }
}
