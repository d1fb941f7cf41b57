//! Machine images that are released by themselves, and the campaign that brings one to the pools.
//!
//! Only the next release is pending at any time. When images are applied by themselves, a release begins a campaign:
//! first its canaries, then after a delay the other pools, together or one after the other; each pool's part is an
//! ordinary operation. There is one campaign at most: what a newer release does to an unfinished one is the scenario's
//! rule.

use super::PoolIndex;
use super::event::{Event, ImageEvent, ImageFate, Observer};
use super::operation::{Refusal, Status};
use super::world::World;
use super::{OperationIndex, pool_at};
use crate::engine::{Class, Concern, EntityKey, Span, Time};
use crate::scenario::{Images, Supersede, Versions};

/// What changes of a run's images.
#[derive(Clone, Debug, Default)]
pub(super) struct ImageState {
    /// How many were released.
    released: u32,
    /// The way of the image that was applied last.
    campaign: Option<Campaign>,
    /// The newest image that waits until that one is everywhere.
    waiting: Option<u32>,
}

/// How far an image has come on its way to the pools.
#[derive(Clone, Debug)]
struct Campaign {
    release: u32,
    /// How many waves of pools have begun.
    begun: usize,
    /// What the last of them does.
    operations: Vec<OperationIndex>,
    /// Whether the canaries have succeeded and the other pools wait for the delay.
    is_promoting: bool,
    /// When the operation ended that was told to have stopped it.
    stopped: Option<Time>,
}

/// What the draw of a release's lateness is for.
const JITTER: Concern = Concern(0);

impl World {
    /// Makes the next release pending, if there is one.
    pub(super) fn await_release(&mut self) {
        let Some(at) = self.release_at(self.images.released + 1) else {
            return;
        };
        let clock = self.blueprint.release_clock();
        self.agenda
            .schedule(clock, at.max(self.now()), Class::Arrival);
    }

    /// When a release comes: when it is due, and later by a draw that nothing but its number has a part in.
    fn release_at(&self, number: u32) -> Option<Time> {
        let scenario = self.blueprint.scenario();
        let cadence = &scenario.images.as_ref()?.cadence;
        let due = cadence.due(number, &scenario.calendar)?;
        let jitter = cadence.jitter();
        if jitter.is_zero() {
            return Some(due);
        }
        let draw = self.seed.draw(EntityKey::of(&["images"]), JITTER, number);
        Some(due + Span::nearest(draw.first * jitter.as_millis_f64()))
    }

    /// The next image is released.
    pub(super) fn image_released<O: Observer>(&mut self, observer: &mut O) {
        let number = self.images.released + 1;
        self.images.released = number;
        self.await_release();
        let fate = self.fate();
        self.tell_of_image(number, ImageEvent::Released { fate }, observer);
        match fate {
            ImageFate::Saved => {}
            ImageFate::Applied => self.begin_campaign(number, observer),
            ImageFate::Waits => {
                if let Some(older) = self.images.waiting.replace(number) {
                    self.tell_of_image(older, ImageEvent::Superseded { by: number }, observer);
                }
            }
        }
    }

    /// What becomes of an image that is released now.
    fn fate(&self) -> ImageFate {
        let images = self.blueprint.scenario().images.as_ref();
        let Some(rules) = images.and_then(|images| images.campaign.as_ref()) else {
            return ImageFate::Saved;
        };
        let is_unfinished = self.images.waiting.is_some()
            || self
                .images
                .campaign
                .as_ref()
                .is_some_and(|campaign| !self.is_over(campaign));
        match rules.supersede {
            Supersede::Finish if is_unfinished => ImageFate::Waits,
            Supersede::Skip if is_unfinished => ImageFate::Saved,
            _ => ImageFate::Applied,
        }
    }

    /// Begins to bring an image to the pools. What is unfinished of the one before is cancelled.
    fn begin_campaign<O: Observer>(&mut self, release: u32, observer: &mut O) {
        if let Some(older) = self.images.campaign.take() {
            if !self.is_everywhere(&older) {
                let superseded = ImageEvent::Superseded { by: release };
                self.tell_of_image(older.release, superseded, observer);
            }
            self.agenda.cancel(self.blueprint.campaign_clock());
            for operation in older.operations {
                // What is over, or being cancelled, stays as it is.
                let _: Result<(), Refusal> = self.cancel_operation(operation, observer);
            }
        }
        self.images.campaign = Some(Campaign {
            release,
            begun: 0,
            operations: Vec::new(),
            is_promoting: false,
            stopped: None,
        });
        self.begin_wave(observer);
    }

    /// Applies the image to the pools whose turn it is.
    fn begin_wave<O: Observer>(&mut self, observer: &mut O) {
        let blueprint = std::sync::Arc::clone(&self.blueprint);
        let (Some(images), Some(campaign)) = (
            blueprint.scenario().images.as_ref(),
            self.images.campaign.as_mut(),
        ) else {
            return;
        };
        let (release, wave) = (campaign.release, campaign.begun);
        campaign.begun += 1;
        campaign.is_promoting = false;
        campaign.stopped = None;
        campaign.operations.clear();
        if wave > 0 && wave == images.canary_waves() {
            self.tell_of_image(release, ImageEvent::Promoted, observer);
        }
        for pool in images.wave(wave) {
            let revision = images.revision(pool, release);
            let operation = self.apply(pool_at(pool), revision, observer);
            if let Some(campaign) = &mut self.images.campaign {
                campaign.operations.push(operation);
            }
        }
        // One that had nothing to do has ended already.
        self.look_after_campaign();
    }

    /// An operation's status is another: the image that is on its way may go on, after everything else of this instant.
    pub(super) fn note_status(&mut self, status: Status) {
        let has_ended = matches!(
            status,
            Status::Succeeded | Status::Failed | Status::Cancelled
        );
        if has_ended {
            self.look_after_campaign();
        }
    }

    fn look_after_campaign(&mut self) {
        let goes_on = |campaign: &Campaign| !campaign.is_promoting;
        if self.images.campaign.as_ref().is_some_and(goes_on) {
            let clock = self.blueprint.campaign_clock();
            self.agenda.schedule(clock, self.now(), Class::Attempt);
        }
    }

    /// An operation has ended, or the wait before the promotion: the image goes on, stops, or makes room for the next.
    pub(super) fn campaign_goes_on<O: Observer>(&mut self, observer: &mut O) {
        let Some(campaign) = &self.images.campaign else {
            return;
        };
        let release = campaign.release;
        if campaign.is_promoting {
            self.begin_wave(observer);
            return;
        }
        let has_succeeded = campaign
            .operations
            .iter()
            .all(|operation| self.operation(*operation).status == Status::Succeeded);
        if has_succeeded && self.has_waves_left(campaign) {
            self.promote(observer);
            return;
        }
        let stop = self.stopped_by(campaign);
        if let Some((pool, at)) = stop
            && campaign.stopped != Some(at)
        {
            self.tell_of_image(release, ImageEvent::Stopped { pool }, observer);
        }
        let is_over = self.is_over(campaign);
        if let Some(campaign) = &mut self.images.campaign {
            campaign.stopped = stop.map(|(_, at)| at);
        }
        if is_over && let Some(next) = self.images.waiting.take() {
            self.begin_campaign(next, observer);
        }
    }

    /// Begins the next wave, after the delay if the canaries have been the last.
    fn promote<O: Observer>(&mut self, observer: &mut O) {
        let images = self.blueprint.scenario().images.as_ref();
        let (Some(images), Some(campaign)) = (images, self.images.campaign.as_mut()) else {
            return;
        };
        let delay = match &images.campaign {
            Some(rules) if campaign.begun == images.canary_waves() => rules.promotion_delay,
            _ => Span::ZERO,
        };
        if delay.is_zero() {
            self.begin_wave(observer);
            return;
        }
        campaign.is_promoting = true;
        let at = self.agenda.now() + delay;
        self.agenda
            .schedule(self.blueprint.campaign_clock(), at, Class::Arrival);
    }

    /// The operation that keeps the image from going on, by its pool and its end.
    fn stopped_by(&self, campaign: &Campaign) -> Option<(PoolIndex, Time)> {
        if !self.has_waves_left(campaign) {
            return None;
        }
        let mut operations = campaign
            .operations
            .iter()
            .map(|operation| self.operation(*operation));
        let failed =
            operations.find(|about| about.ended.is_some() && about.status != Status::Succeeded)?;
        Some((failed.pool, failed.ended?))
    }

    fn has_waves_left(&self, campaign: &Campaign) -> bool {
        let images = self.blueprint.scenario().images.as_ref();
        images.is_some_and(|images| images.wave(campaign.begun).next().is_some())
    }

    /// Whether nothing more comes of an image by itself: it is everywhere, or was stopped.
    fn is_over(&self, campaign: &Campaign) -> bool {
        let mut operations = campaign.operations.iter();
        let has_ended = operations.all(|operation| self.operation(*operation).ended.is_some());
        let waits = self.has_waves_left(campaign) && self.stopped_by(campaign).is_none();
        has_ended && !waits
    }

    /// Whether every pool that gets images runs it.
    fn is_everywhere(&self, campaign: &Campaign) -> bool {
        let mut operations = campaign.operations.iter();
        !self.has_waves_left(campaign)
            && operations.all(|operation| self.operation(*operation).status == Status::Succeeded)
    }

    /// Applies the newest image to a pool.
    pub(super) fn apply_newest<O: Observer>(
        &mut self,
        pool: PoolIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        let released = self.images.released;
        let images = self.blueprint.scenario().images.as_ref();
        let images = images.filter(|_| released > 0).ok_or(Refusal::NoImageYet)?;
        let revision = images.revision(pool.at(), released);
        self.apply(pool, revision, observer);
        Ok(())
    }

    /// The images that were released for a pool, as its revisions.
    pub fn released_revisions(&self, pool: PoolIndex) -> impl Iterator<Item = u32> {
        let images = self.images_of(pool);
        images.into_iter().flat_map(move |images| {
            (1..=self.images.released).map(move |number| images.revision(pool.at(), number))
        })
    }

    /// The scenario's images, if the pool gets them.
    fn images_of(&self, pool: PoolIndex) -> Option<&Images> {
        let images = self.blueprint.scenario().images.as_ref();
        images.filter(|images| images.pools.contains(&pool.at()))
    }

    /// What a pool's revision brings, if it is an image's.
    pub fn versions(&self, pool: PoolIndex, revision: u32) -> Option<Versions> {
        let images = self.images_of(pool)?;
        Some(images.versions(images.release(pool.at(), revision)?))
    }

    /// The Kubernetes version that machines of a pool have on this revision.
    pub fn kubelet(&self, pool: PoolIndex, revision: u32) -> String {
        let brought = self
            .versions(pool, revision)
            .and_then(|versions| versions.kubelet);
        brought.unwrap_or_else(|| self.blueprint.scenario().pools[pool.at()].version.clone())
    }

    /// The revision that a pool is on, or moving to.
    pub fn present_revision(&self, pool: PoolIndex) -> u32 {
        let first = self.blueprint.scenario().pools[pool.at()].revision;
        self.latest_operation(pool)
            .map_or(first, |operation| self.operation(operation).revision)
    }

    /// The revision that a rollout of the pool would be of now: the newest image, or what it is on.
    pub(crate) fn next_revision(&self, pool: PoolIndex) -> u32 {
        let newest = self.released_revisions(pool).last();
        newest.map_or(self.present_revision(pool), |newest| {
            newest.max(self.present_revision(pool))
        })
    }

    fn tell_of_image<O: Observer>(&self, release: u32, what: ImageEvent, observer: &mut O) {
        self.tell(observer, || Event::Image { release, what });
    }
}
