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
    course: Option<Course>,
    /// The newest image that waits until that one is everywhere.
    waiting: Option<u32>,
}

impl ImageState {
    /// How many were released.
    pub(super) fn released(&self) -> u32 {
        self.released
    }
}

/// How far an image has come.
#[derive(Clone, Debug)]
struct Course {
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
        self.know_release(number);
        let fate = self.fate();
        self.tell_of_image(number, ImageEvent::Released { fate }, observer);
        match fate {
            ImageFate::Saved => {}
            ImageFate::Applied => self.begin_course(number, observer),
            ImageFate::Waits => {
                if let Some(older) = self.images.waiting.replace(number) {
                    self.tell_of_image(older, ImageEvent::Superseded { by: number }, observer);
                }
            }
        }
    }

    /// From now on there is a new revision of each pool that gets images.
    fn know_release(&mut self, number: u32) {
        for pool in self.blueprint.pools() {
            let images = self.images_of(pool);
            if let Some(revision) = images.map(|images| images.revision(pool.at(), number)) {
                self.know_revision(pool, revision);
            }
        }
    }

    /// What becomes of an image that is released now.
    fn fate(&self) -> ImageFate {
        let images = self.blueprint.scenario().images.as_ref();
        let Some(campaign) = images.and_then(|images| images.campaign.as_ref()) else {
            return ImageFate::Saved;
        };
        let is_unfinished = self.images.waiting.is_some()
            || self
                .images
                .course
                .as_ref()
                .is_some_and(|course| !self.is_over(course));
        match campaign.supersede {
            Supersede::Finish if is_unfinished => ImageFate::Waits,
            Supersede::Skip if is_unfinished => ImageFate::Saved,
            _ => ImageFate::Applied,
        }
    }

    /// Begins to bring an image to the pools. What is unfinished of the one before is cancelled.
    fn begin_course<O: Observer>(&mut self, release: u32, observer: &mut O) {
        if let Some(older) = self.images.course.take() {
            if !self.is_everywhere(&older) {
                let superseded = ImageEvent::Superseded { by: release };
                self.tell_of_image(older.release, superseded, observer);
            }
            self.agenda.cancel(self.blueprint.course_clock());
            for operation in older.operations {
                // What is over, or being cancelled, stays as it is.
                let _: Result<(), Refusal> = self.cancel_operation(operation, observer);
            }
        }
        self.images.course = Some(Course {
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
        let (Some(images), Some(course)) = (
            blueprint.scenario().images.as_ref(),
            self.images.course.as_mut(),
        ) else {
            return;
        };
        let (release, wave) = (course.release, course.begun);
        course.begun += 1;
        course.is_promoting = false;
        course.stopped = None;
        course.operations.clear();
        if wave > 0 && wave == images.canary_waves() {
            self.tell_of_image(release, ImageEvent::Promoted, observer);
        }
        for pool in images.wave(wave) {
            let revision = images.revision(pool, release);
            let operation = self.apply(pool_at(pool), revision, observer);
            if let Some(course) = &mut self.images.course {
                course.operations.push(operation);
            }
        }
        // One that had nothing to do has ended already.
        self.look_after_course();
    }

    /// An operation's status is another: the image that is on its way may go on, after everything else of this instant.
    pub(super) fn note_status(&mut self, status: Status) {
        let has_ended = matches!(
            status,
            Status::Succeeded | Status::Failed | Status::Cancelled
        );
        if has_ended {
            self.look_after_course();
        }
    }

    fn look_after_course(&mut self) {
        let goes_on = |course: &Course| !course.is_promoting;
        if self.images.course.as_ref().is_some_and(goes_on) {
            let clock = self.blueprint.course_clock();
            self.agenda.schedule(clock, self.now(), Class::Attempt);
        }
    }

    /// An operation has ended, or the wait before the promotion: the image goes on, stops, or makes room for the next.
    pub(super) fn course_goes_on<O: Observer>(&mut self, observer: &mut O) {
        let Some(course) = &self.images.course else {
            return;
        };
        let release = course.release;
        if course.is_promoting {
            self.begin_wave(observer);
            return;
        }
        let has_succeeded = course
            .operations
            .iter()
            .all(|operation| self.operation(*operation).status == Status::Succeeded);
        if has_succeeded && self.has_waves_left(course) {
            self.promote(observer);
            return;
        }
        let stop = self.stopped_by(course);
        if let Some((pool, at)) = stop
            && course.stopped != Some(at)
        {
            self.tell_of_image(release, ImageEvent::Stopped { pool }, observer);
        }
        let is_over = self.is_over(course);
        if let Some(course) = &mut self.images.course {
            course.stopped = stop.map(|(_, at)| at);
        }
        if is_over && let Some(next) = self.images.waiting.take() {
            self.begin_course(next, observer);
        }
    }

    /// Begins the next wave, after the delay if the canaries have been the last.
    fn promote<O: Observer>(&mut self, observer: &mut O) {
        let images = self.blueprint.scenario().images.as_ref();
        let (Some(images), Some(course)) = (images, self.images.course.as_mut()) else {
            return;
        };
        let delay = match &images.campaign {
            Some(campaign) if course.begun == images.canary_waves() => campaign.promotion_delay,
            _ => Span::ZERO,
        };
        if delay.is_zero() {
            self.begin_wave(observer);
            return;
        }
        course.is_promoting = true;
        let at = self.agenda.now() + delay;
        self.agenda
            .schedule(self.blueprint.course_clock(), at, Class::Arrival);
    }

    /// The operation that keeps the image from going on, by its pool and its end.
    fn stopped_by(&self, course: &Course) -> Option<(PoolIndex, Time)> {
        if !self.has_waves_left(course) {
            return None;
        }
        let mut operations = course
            .operations
            .iter()
            .map(|operation| self.operation(*operation));
        let failed =
            operations.find(|about| about.ended.is_some() && about.status != Status::Succeeded)?;
        Some((failed.pool, failed.ended?))
    }

    fn has_waves_left(&self, course: &Course) -> bool {
        let images = self.blueprint.scenario().images.as_ref();
        images.is_some_and(|images| images.wave(course.begun).next().is_some())
    }

    /// Whether nothing more comes of an image by itself: it is everywhere, or was stopped.
    fn is_over(&self, course: &Course) -> bool {
        let mut operations = course.operations.iter();
        let has_ended = operations.all(|operation| self.operation(*operation).ended.is_some());
        let waits = self.has_waves_left(course) && self.stopped_by(course).is_none();
        has_ended && !waits
    }

    /// Whether every pool that gets images runs it.
    fn is_everywhere(&self, course: &Course) -> bool {
        let mut operations = course.operations.iter();
        !self.has_waves_left(course)
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
    pub(super) fn images_of(&self, pool: PoolIndex) -> Option<&Images> {
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
        let made = self
            .made(pool, revision)
            .and_then(|made| made.version.as_deref());
        let set = || {
            made.unwrap_or(&self.blueprint.about(pool).version)
                .to_owned()
        };
        brought.unwrap_or_else(set)
    }

    /// The revision that a pool is on, or moving to.
    pub fn present_revision(&self, pool: PoolIndex) -> u32 {
        let first = self.blueprint.about(pool).revision;
        self.pools[pool.at()].present.unwrap_or(first)
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
