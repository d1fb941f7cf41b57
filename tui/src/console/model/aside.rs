//! What is kept of a live appliance while a run of its rehearsal is shown in its place.
//!
//! Meanwhile the console is one of a simulated fleet: it asks the appliance nothing, and takes none of its answers.

use std::time::Duration;

use super::{Live, Model, Place};
use crate::console::message::ClockReport;

/// The appliance, and where the operator was.
#[derive(Clone, Debug)]
pub struct Aside {
    live: Live,
    clock: ClockReport,
    seed: u64,
    place: Place,
    back: Vec<Place>,
    forward: Vec<Place>,
}

impl Model {
    /// Puts the appliance aside for a run of the rehearsal with a seed. A run has numbers of its own, so that places of the
    /// live fleet mean nothing in it. Nothing happens where the appliance is aside already, or there is none.
    pub(in crate::console) fn put_aside(&mut self, seed: u64) {
        if let Some(live) = self.live.take() {
            self.aside = Some(Box::new(Aside {
                live,
                clock: self.clock.clone(),
                seed: std::mem::replace(&mut self.seed, seed),
                place: self.place.clone(),
                back: std::mem::take(&mut self.back),
                forward: std::mem::take(&mut self.forward),
            }));
        }
    }

    /// Takes the appliance back, if it was put aside. What it told has to be asked for anew.
    pub(in crate::console) fn take_back(&mut self) {
        if let Some(aside) = self.aside.take() {
            let mut live = aside.live;
            live.polling.forget_all();
            live.of_place = None;
            self.live = Some(live);
            self.clock = aside.clock;
            self.seed = aside.seed;
            self.place = aside.place;
            self.back = aside.back;
            self.forward = aside.forward;
        }
    }

    /// Lets real time go by. While a capture is made, the appliance is asked little besides.
    pub(in crate::console) fn let_pass(&mut self, elapsed: Duration) {
        self.notices.age(elapsed);
        let share = if self.is_capturing() {
            BESIDE_CAPTURE
        } else {
            1.0
        };
        let aside = self.aside.as_mut().map(|aside| &mut aside.live);
        if let Some(live) = self.live.as_mut().or(aside) {
            live.polling.tick(elapsed, share);
        }
        let rehearsal = self.fleet.rehearsal.as_mut();
        if let Some(live) = rehearsal.and_then(|rehearsal| rehearsal.live.as_mut()) {
            live.age += elapsed;
        }
    }

    /// Whether nothing that is shown grows older while nobody does anything.
    pub fn is_timeless(&self) -> bool {
        self.live.is_none() && self.aside.is_none() && self.notices.is_empty()
    }
}

/// The part of the questions that may be asked while a capture takes the others.
pub const BESIDE_CAPTURE: f64 = 0.25;
