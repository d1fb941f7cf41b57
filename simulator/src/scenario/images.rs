//! `[images]`: machine images that are released by themselves, what they bring, and how they reach the pools.

use super::bytes::size;
use super::cadence::{self, Cadence};
use super::pool::{Pool, one_of, version};
use super::problem::Problems;
use super::section::{Item, Section};
use super::timeline::Step;
use super::values::{duration, list, word};
use super::{Change, Deed, Scenario};
use crate::engine::{Span, Time};

/// The machine images of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    /// When they are released.
    pub cadence: Cadence,
    /// What the first brings, and what the file says of later ones: from which release on. Sorted.
    versions: Vec<(u32, Versions)>,
    /// How many bytes each has; 0: to fetch one takes no time.
    pub size: u64,
    /// The pools that get them, by their places in [`Scenario::pools`].
    pub pools: Vec<usize>,
    /// How they are applied by themselves; `None`: each is saved and waits for somebody to apply it.
    pub campaign: Option<Campaign>,
    /// The largest revision of each pool of the scenario that is no image's.
    bases: Vec<u32>,
}

/// How images are applied by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Whether a pool waits until the one before it has succeeded.
    pub is_pool_after_pool: bool,
    /// The pools that come first, alone.
    pub canaries: Vec<usize>,
    /// The wait between the success of the canaries and the other pools.
    pub promotion_delay: Span,
    /// What becomes of an image that is not everywhere when the next one comes.
    pub supersede: Supersede,
}

/// What becomes of an unfinished image, and of the one that meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supersede {
    /// What is unfinished of the older one is cancelled.
    Cancel,
    /// The older one is completed first; of several that wait for it only the newest is applied.
    Finish,
    /// The newer one is not applied.
    Skip,
}

/// The versions of an image's components, as far as the scenario tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// The Linux kernel's.
    pub kernel: Option<String>,
    /// systemd's.
    pub systemd: Option<String>,
    /// containerd's.
    pub containerd: Option<String>,
    /// The kubelet's.
    pub kubelet: Option<String>,
}

impl Supersede {
    /// The word in scenarios.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Finish => "finish",
            Self::Skip => "skip",
        }
    }
}

impl Images {
    /// What release `number`, from 1, brings: the last number of each version grows by one with every release.
    pub fn versions(&self, number: u32) -> Versions {
        let mut found = Versions::default();
        for (from, versions) in self.versions.iter().filter(|(from, _)| *from <= number) {
            let grown = |version: &Option<String>, before: Option<String>| {
                let version = version.as_deref();
                version.map_or(before, |version| Some(grown(version, number - from)))
            };
            found = Versions {
                kernel: grown(&versions.kernel, found.kernel),
                systemd: grown(&versions.systemd, found.systemd),
                containerd: grown(&versions.containerd, found.containerd),
                kubelet: grown(&versions.kubelet, found.kubelet),
            };
        }
        found
    }

    /// The revision of a pool, by its place, that release `number` is.
    pub fn revision(&self, pool: usize, number: u32) -> u32 {
        self.bases[pool].saturating_add(number)
    }

    /// The release that a pool's revision is; `None` when it is no image's.
    pub fn release(&self, pool: usize, revision: u32) -> Option<u32> {
        let number = revision.checked_sub(self.bases[pool])?;
        (number > 0 && self.pools.contains(&pool)).then_some(number)
    }

    /// How many waves of pools an image goes through before the canaries have it.
    pub fn canary_waves(&self) -> usize {
        self.campaign.as_ref().map_or(0, |campaign| {
            let canaries = campaign.canaries.len();
            if campaign.is_pool_after_pool {
                canaries
            } else {
                canaries.min(1)
            }
        })
    }

    /// The pools that are next when an image has been through so many waves of them: the canaries, then the others,
    /// together or one after the other. None when all have had their turn.
    pub fn wave(&self, number: usize) -> impl Iterator<Item = usize> {
        let campaign = self.campaign.as_ref();
        let is_single = campaign.is_some_and(|campaign| campaign.is_pool_after_pool);
        let canaries = campaign.map_or(&[][..], |campaign| &campaign.canaries);
        let before = self.canary_waves();
        let others = self.pools.iter().filter(|pool| !canaries.contains(pool));
        let others = others
            .enumerate()
            .map(move |(place, pool)| (before + if is_single { place } else { 0 }, *pool));
        let first = canaries.iter().enumerate();
        let first = first.map(move |(place, pool)| (if is_single { place } else { 0 }, *pool));
        let all = first.chain(others);
        all.filter(move |(wave, _)| *wave == number)
            .map(|(_, pool)| pool)
    }

    /// Counts the pools' images from the largest of their other revisions on.
    pub(super) fn number(&mut self, pools: &[Pool], steps: &[Step], changes: &[Change]) {
        self.bases = pools
            .iter()
            .map(|pool| pool.revision.max(pool.saved_revision.unwrap_or_default()))
            .collect();
        for step in steps {
            if let Deed::Apply { pool, revision } = step.what {
                self.bases[pool] = self.bases[pool].max(revision);
            }
        }
        for change in changes {
            if let Change::Pool { pool, revision, .. } = *change {
                self.bases[pool] = self.bases[pool].max(revision);
            }
        }
    }

    /// The last of the given dates; the start where there are none.
    pub(super) fn last_date(&self) -> Time {
        match &self.cadence {
            Cadence::Dates(dates) => dates.last().copied().unwrap_or(Time::START),
            Cadence::Recurring { .. } => Time::START,
        }
    }
}

impl Scenario {
    /// How long a machine of a pool fetches an image where so many do so at the same time: size over bandwidth, rounded up
    /// to a millisecond. No time at all where it fetches none.
    pub fn fetch_time(&self, pool: usize, at_once: u32) -> Span {
        let about = &self.pools[pool];
        let images = self.images.as_ref();
        let images = images.filter(|images| images.pools.contains(&pool));
        let size = images.map_or(0, |images| images.size);
        let over = |bandwidth: Option<u64>, times: u32| {
            let millis = u128::from(size) * 1000 * u128::from(times);
            let millis = bandwidth.map_or(0, |bandwidth| millis.div_ceil(u128::from(bandwidth)));
            Span::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
        };
        let written = over(self.hardware[&about.hardware].image_write, 1);
        written.max(over(self.clusters[about.cluster].link, at_once))
    }
}

impl Versions {
    /// Each component that is told, with its version.
    pub fn told(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("kernel", &self.kernel),
            ("systemd", &self.systemd),
            ("containerd", &self.containerd),
            ("kubelet", &self.kubelet),
        ];
        all.into_iter()
            .filter_map(|(component, version)| Some((component, version.as_deref()?)))
    }
}

/// A version whose last number is so much larger.
fn grown(version: &str, by: u32) -> String {
    let (before, last) = version.rsplit_once('.').unwrap_or(("", version));
    let last = last
        .parse::<u64>()
        .unwrap_or_default()
        .saturating_add(u64::from(by));
    if before.is_empty() {
        last.to_string()
    } else {
        format!("{before}.{last}")
    }
}

/// The machine images of the scenario, if it has any.
pub(super) fn images(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Images> {
    let mut table = section.get("images", problems, Item::section)?;
    let mut versions = vec![(1, read_versions(&mut table, problems))];
    let cadence = if table.item("dates").is_some() {
        for key in ["every", "first", "jitter"] {
            if let Some(item) = table.item(key) {
                item.object(problems, "beside dates, which say when each image comes");
            }
        }
        dates(&mut table, problems, scenario, &mut versions)
    } else {
        cadence::recurring(&mut table, problems, scenario)
    };
    let size = table.get("size", problems, size).unwrap_or_default();
    let pools = table.get("pools", problems, |item, problems| {
        pools(item, problems, scenario)
    });
    let all = || (0..scenario.pools.len()).collect();
    let pools = pools.unwrap_or_else(all);
    let campaign = campaign(&mut table, problems, scenario, &pools);
    check_links(&mut table, problems, scenario, size, &pools);
    table.finish(problems);
    Some(Images {
        cadence: cadence?,
        versions,
        size,
        pools,
        campaign,
        bases: Vec::new(),
    })
}

fn read_versions(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> Versions {
    Versions {
        kernel: table.get("kernel", problems, dotted),
        systemd: table.get("systemd", problems, dotted),
        containerd: table.get("containerd", problems, dotted),
        kubelet: table.get("kubelet", problems, version),
    }
}

/// A version of one to four numbers.
fn dotted(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let is_number = |text: &str| {
        (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let version = item
        .as_str()
        .filter(|version| version.split('.').count() <= 4 && version.split('.').all(is_number));
    if version.is_none() {
        item.refuse(problems, "a version of one to four numbers, as \"6.12.40\"");
    }
    version.map(str::to_owned)
}

/// Given dates: instants, or tables that also say what the image of that date brings.
fn dates(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    versions: &mut Vec<(u32, Versions)>,
) -> Option<Cadence> {
    let item = table.item("dates")?;
    let (mut number, mut before) = (0, None);
    let dates = list(&item, problems, "date", |item, problems| {
        number += 1;
        let at = if item.value.get_ref().as_table().is_some() {
            let mut table = item.section(problems)?;
            let at = table.need("at", problems, |item, problems| {
                cadence::date(item, problems, scenario, before)
            });
            versions.push((number, read_versions(&mut table, problems)));
            table.finish(problems);
            at
        } else {
            cadence::date(item, problems, scenario, before)
        };
        before = at.or(before);
        at
    });
    dates.map(Cadence::Dates)
}

/// The pools that a name, or an array of several, means; none of them twice.
fn pools(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Vec<usize>> {
    let known = || scenario.pools.iter().map(|pool| pool.name.as_str());
    let mut taken = Vec::new();
    let mut one = |item: &Item<'_, '_>, problems: &mut Problems<'_>| {
        let named = one_of(known, item, problems)?;
        let place = known().position(|name| name == named)?;
        if taken.contains(&place) {
            item.object(problems, "which is named twice");
            return None;
        }
        taken.push(place);
        Some(place)
    };
    if item.as_str().is_some() {
        return one(item, problems).map(|place| vec![place]);
    }
    list(item, problems, "pool's name", one)
}

/// Keys that mean something only where images are applied by themselves.
const OF_CAMPAIGNS: [&str; 4] = ["mode", "canary", "promotion_delay", "supersede"];

fn campaign(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    of: &[usize],
) -> Option<Campaign> {
    let apply = [("save", false), ("autonomous", true)];
    let is_autonomous = table.get("apply", problems, word(&apply)).unwrap_or(false);
    if !is_autonomous {
        for key in OF_CAMPAIGNS {
            if let Some(item) = table.item(key) {
                item.object(problems, "which needs apply = \"autonomous\" beside it");
            }
        }
        return None;
    }
    let modes = [("parallel", false), ("pool-after-pool", true)];
    let rules = [
        ("cancel", Supersede::Cancel),
        ("finish", Supersede::Finish),
        ("skip", Supersede::Skip),
    ];
    let mode = table.get("mode", problems, word(&modes));
    let canaries = table.get("canary", problems, |item, problems| {
        let canaries = pools(item, problems, scenario)?;
        let is_one = |canary: &usize| of.contains(canary);
        if !canaries.iter().all(is_one) {
            item.object(
                problems,
                "of which not every one is among the pools that get images",
            );
            return None;
        }
        if canaries.len() == of.len() {
            item.object(problems, "beside which no pool is left");
            return None;
        }
        Some(canaries)
    });
    let delay = table.item("promotion_delay");
    if let Some(item) = &delay
        && table.item("canary").is_none()
    {
        item.object(problems, "which needs a canary beside it");
    }
    Some(Campaign {
        is_pool_after_pool: mode.unwrap_or(false),
        canaries: canaries.unwrap_or_default(),
        promotion_delay: delay
            .and_then(|item| duration(&item, problems))
            .unwrap_or_default(),
        supersede: table
            .get("supersede", problems, word(&rules))
            .unwrap_or(Supersede::Cancel),
    })
}

/// Notes clusters of which nothing says how fast their machines fetch an image.
fn check_links(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    size: u64,
    pools: &[usize],
) {
    let Some(item) = table.item("size").filter(|_| size > 0) else {
        return;
    };
    for (place, cluster) in scenario.clusters.iter().enumerate() {
        let gets_images = |pool: &usize| scenario.pools[*pool].cluster == place;
        if cluster.link.is_none() && pools.iter().any(gets_images) {
            let why = format!(
                "which needs a link = \"500Mbit/s\" of cluster {}",
                cluster.name
            );
            item.object(problems, &why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(images: &str) -> Result<Images, String> {
        let text = format!(
            "horizon = \"365d\"\n[[pools]]\nname = \"a\"\nmachines = 1\n[[pools]]\nname = \"b\"\nmachines = 1\nrevision = 7\n[images]\n{images}\n"
        );
        let scenario = Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())?;
        Ok(scenario.images.unwrap())
    }

    #[test]
    fn the_last_number_of_each_version_grows_with_every_release() {
        let images = read("every = \"30d\"\nkernel = \"6.12.40\"\nkubelet = \"1.33.4\"").unwrap();
        let told = |number| {
            let versions = images.versions(number);
            versions
                .told()
                .map(|(component, version)| format!("{component} {version}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(told(1), "kernel 6.12.40, kubelet 1.33.4");
        assert_eq!(told(12), "kernel 6.12.51, kubelet 1.33.15");
    }

    #[test]
    fn what_a_date_says_counts_on_from_there() {
        let images = read(
            "dates = [\"2026-01-20 09:00\", { at = \"2026-02-17 09:00\", kernel = \"6.18.1\", systemd = \"258\" }, \"2026-03-17 09:00\"]\nkernel = \"6.12.40\"\nkubelet = \"1.33.4\"",
        )
        .unwrap();
        let third = images.versions(3);
        assert_eq!(third.kernel.as_deref(), Some("6.18.2"));
        assert_eq!(third.systemd.as_deref(), Some("259"));
        assert_eq!(third.kubelet.as_deref(), Some("1.33.6"));
        assert_eq!(images.versions(1).systemd, None);
    }

    #[test]
    fn a_fetch_takes_as_long_as_line_and_disk_say() {
        let text = |write: &str| {
            format!(
                "horizon = \"365d\"\n[hardware.h]\nstop = \"1s\"\n{write}\n[[clusters]]\nname = \"c\"\nlink = \"800Mbit/s\"\n[[pools]]\nname = \"p\"\nmachines = 9\nhardware = \"h\"\n[[pools]]\nname = \"q\"\nmachines = 1\n[images]\nevery = \"30d\"\nsize = \"700MB\"\npools = \"p\"\n"
            )
        };
        let times = |write: &str| {
            let scenario = Scenario::parse(&text(write), "f", "f").unwrap();
            [(0, 1), (0, 3), (1, 1)].map(|(pool, at_once)| scenario.fetch_time(pool, at_once))
        };
        let seconds = |seconds: [u64; 3]| seconds.map(Span::from_secs);
        assert_eq!(times(""), seconds([7, 21, 0]));
        assert_eq!(times("image_write = \"50MB/s\""), seconds([14, 21, 0]));
    }

    #[test]
    fn images_are_numbered_after_every_other_revision() {
        let images = read("every = \"30d\"").unwrap();
        assert_eq!((images.revision(0, 1), images.revision(1, 2)), (2, 9));
        assert_eq!(
            (images.release(1, 9), images.release(1, 7)),
            (Some(2), None)
        );
        let without = read("every = \"30d\"\npools = \"a\"").unwrap();
        assert_eq!(without.release(1, 9), None);
    }
}
