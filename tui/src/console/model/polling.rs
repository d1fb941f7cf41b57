//! When a live appliance is asked for what, and what is known of each answer: its age, the last failure, the next try.
//!
//! Time is what ticks add up to. Randomness comes from a seed that is given at the start, so that many consoles do not ask
//! in step and a recording can be played again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use appliance::Text;

use super::resource::Resource;

/// The longest wait before the first try after a failure; it doubles with each further one …
const FIRST: Duration = Duration::from_secs(1);
/// … up to this.
pub const LONGEST: Duration = Duration::from_secs(30);
/// The wait between tries with a key that was refused.
const REFUSED: Duration = Duration::from_secs(60);
/// What says whether an appliance is there: every one has both, and a proxy may break the path of one. One that is away is
/// asked for them in turns.
pub const LIGHT: [Resource; 2] = [Resource::Clusters, Resource::Machines];
/// A question that takes long is asked so much more rarely: it takes at most a quarter of the time.
const REST: u32 = 4;

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Polling {
    now: Duration,
    seed: u64,
    drawn: u64,
    /// Questions a second, at most.
    rate: f64,
    /// Questions that may be asked now.
    tokens: f64,
    facts: BTreeMap<Resource, Facts>,
    /// How the appliance is reached.
    pub connection: Connection,
    /// When it answered last, whatever it said.
    answered_at: Option<Duration>,
    /// Which of the questions that say whether it is there came to nothing since one of them was answered.
    unanswered: BTreeSet<Resource>,
}

/// How an appliance is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Nothing was answered yet.
    Opening,
    /// It answers.
    Up,
    /// It does not.
    Away(Away),
}

/// An appliance that does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    /// Since when.
    pub since: Duration,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next.
    pub next_at: Duration,
    /// Why, in the client's words.
    pub why: Text,
    /// Whether it answers, and refuses the key.
    pub is_refused: bool,
}

/// What is known of the answers to one question.
#[derive(Clone, Debug, Default, PartialEq)]
struct Facts {
    asked_at: Option<Duration>,
    answered_at: Option<Duration>,
    /// How long the last answer took.
    took: Duration,
    /// By how much the wait for the next question differs from the cadence: around 1.
    factor: f64,
    /// Before when it is not asked again, after a failure.
    not_before: Duration,
    tries: u32,
    error: Option<Text>,
    /// Whether the appliance said that it does not tell this.
    is_not_told: bool,
}

/// How old an answer is, by what is usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// As it should be.
    Live(Duration),
    /// Two questions came to nothing.
    Delayed(Duration),
    /// It says nothing of the present any more.
    Stale(Duration),
    /// There was no answer yet.
    Unknown,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer.
    Told,
    /// The appliance does not tell it.
    NotTold,
    /// It answered with an error, which this is.
    Failed(Text),
    /// It did not answer, or refused the key.
    Silent {
        /// Why.
        why: Text,
        /// Whether it refused the key.
        is_refused: bool,
    },
}

/// What an outcome changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is away from now on.
    Lost,
    /// It is back, after so long.
    Found(Duration),
}

impl Polling {
    /// Nothing asked yet. `rate`: how many questions a second at most.
    pub fn new(seed: u64, rate: f64) -> Self {
        let rate = if rate.is_finite() && rate > 0.0 {
            rate
        } else {
            1.0
        };
        Self {
            now: Duration::ZERO,
            seed,
            drawn: 0,
            rate,
            tokens: rate.max(1.0),
            facts: BTreeMap::new(),
            connection: Connection::Opening,
            answered_at: None,
            unanswered: BTreeSet::new(),
        }
    }

    /// Lets time go by. `share`: the part of the questions that are asked here, above 0 and at most 1.
    pub fn tick(&mut self, elapsed: Duration, share: f64) {
        self.now += elapsed;
        let rate = self.rate * share;
        let more = elapsed.as_secs_f64() * rate;
        self.tokens = (self.tokens + more).min(rate.max(1.0));
    }

    /// Takes the right to ask one question, if there is one.
    pub fn take_token(&mut self) -> bool {
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }

    /// Orders are sent: they wait for nobody, and questions wait the longer.
    pub fn note_orders(&mut self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.tokens = (self.tokens - f64::from(count)).max(-self.rate);
    }

    /// Whether something is to be asked for again. Not while the appliance is away.
    pub fn is_due(&self, resource: Resource, cadence: Duration) -> bool {
        let Some(facts) = self.facts.get(&resource) else {
            return true;
        };
        if facts.is_not_told || facts.not_before > self.now {
            return false;
        }
        facts.asked_at.is_none_or(|asked_at| {
            let wait = cadence.mul_f64(facts.factor).max(facts.took * REST);
            asked_at + wait <= self.now
        })
    }

    /// What an appliance that is away is to be asked now, if it is to be tried again.
    pub fn try_due(&self) -> Option<Resource> {
        match &self.connection {
            Connection::Away(away) if away.next_at <= self.now => Some(away.try_with()),
            _ => None,
        }
    }

    /// It is asked for.
    pub fn note_asked(&mut self, resource: Resource) {
        let factor = 0.9 + 0.2 * self.random();
        let now = self.now;
        let facts = self.facts.entry(resource).or_default();
        facts.asked_at = Some(now);
        facts.factor = factor;
    }

    /// What was asked for is another thing from now on, of which nothing is known.
    pub fn forget(&mut self, resource: Resource) {
        self.facts.remove(&resource);
    }

    /// Nothing is known of anything any more.
    pub fn forget_all(&mut self) {
        self.facts.clear();
    }

    /// Asks for everything as soon as may be, also an appliance that is away.
    pub fn hurry(&mut self) {
        for facts in self.facts.values_mut() {
            facts.asked_at = None;
            facts.not_before = Duration::ZERO;
        }
        if let Connection::Away(away) = &mut self.connection {
            away.next_at = self.now;
        }
    }

    /// Takes what came of a question, or of an order where `resource` is `None`, and how long the appliance wants to be left
    /// alone at least. Returns what that changed.
    pub fn note(
        &mut self,
        resource: Option<Resource>,
        outcome: &Outcome,
        rest: Duration,
    ) -> Option<Turn> {
        let now = self.now;
        let asked_at = resource
            .and_then(|resource| self.facts.get(&resource)?.asked_at)
            .unwrap_or(now);
        if let Some(resource) = resource {
            let wait = match outcome {
                Outcome::Told | Outcome::NotTold => Duration::ZERO,
                _ => self.back_off(self.tries(resource) + 1).max(rest),
            };
            let facts = self.facts.entry(resource).or_default();
            facts.note(outcome, now, wait);
        }
        let light = resource.filter(|resource| LIGHT.contains(resource));
        let is_away = matches!(self.connection, Connection::Away(_));
        match (outcome, light) {
            (Outcome::Silent { why, is_refused }, Some(light)) if is_away => {
                self.note_failed_try(light, asked_at, (why, *is_refused), rest)
            }
            // What was asked before it went away says nothing new.
            (Outcome::Silent { .. }, None) if is_away => None,
            (Outcome::Silent { why, is_refused }, _) => {
                self.unanswered.extend(light);
                if self.unanswered.len() == LIGHT.len() {
                    return self.note_silence((why, *is_refused), rest);
                }
                // One question among others that are answered is only that one's trouble: these are asked at once.
                self.hurry_light();
                None
            }
            // Not all answers come from it, and what failed as well does not say that it is back. An order's does.
            (_, None) if is_away && resource.is_some() => None,
            _ => {
                if light.is_some() {
                    self.unanswered.clear();
                }
                self.note_answer()
            }
        }
    }

    /// Asks as soon as may be for what says whether the appliance is there, but for what came to nothing just now.
    fn hurry_light(&mut self) {
        for light in LIGHT {
            if !self.unanswered.contains(&light) {
                let facts = self.facts.entry(light).or_default();
                facts.asked_at = None;
                facts.not_before = Duration::ZERO;
            }
        }
    }

    /// An appliance that is away did not answer a try.
    fn note_failed_try(
        &mut self,
        light: Resource,
        asked_at: Duration,
        silence: (&Text, bool),
        rest: Duration,
    ) -> Option<Turn> {
        let Connection::Away(away) = &self.connection else {
            return None;
        };
        let is_try = away.try_with() == light && asked_at >= away.since;
        is_try.then(|| self.note_silence(silence, rest)).flatten()
    }

    fn note_answer(&mut self) -> Option<Turn> {
        self.answered_at = Some(self.now);
        match std::mem::replace(&mut self.connection, Connection::Up) {
            Connection::Away(away) => {
                for facts in self.facts.values_mut() {
                    // It may be another one by now.
                    facts.is_not_told = false;
                    if facts.answered_at != Some(self.now) {
                        facts.asked_at = None;
                        facts.not_before = Duration::ZERO;
                    }
                }
                Some(Turn::Found(self.now.saturating_sub(away.since)))
            }
            Connection::Opening | Connection::Up => None,
        }
    }

    /// It does not answer: why, and whether it refused the key.
    fn note_silence(&mut self, (why, is_refused): (&Text, bool), rest: Duration) -> Option<Turn> {
        let (tries, since) = match &self.connection {
            Connection::Away(away) => (away.tries + 1, Some(away.since)),
            Connection::Opening | Connection::Up => (1, None),
        };
        let wait = if is_refused {
            REFUSED.mul_f64(0.5 + 0.5 * self.random())
        } else {
            self.back_off(tries)
        };
        let wait = wait.max(rest);
        let told = match &self.connection {
            Connection::Away(away) => away.is_refused,
            _ => false,
        };
        self.connection = Connection::Away(Away {
            since: since.unwrap_or(self.now),
            tries,
            next_at: self.now + wait,
            why: why.clone(),
            is_refused,
        });
        let is_news = since.is_none() || (is_refused && !told);
        is_news.then_some(Turn::Lost)
    }

    /// The wait before the next try after so many failures: between half of the longest one and all of it.
    fn back_off(&mut self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let longest = FIRST.saturating_mul(1 << doublings).min(LONGEST);
        longest.mul_f64(0.5 + 0.5 * self.random())
    }

    /// Uniform from 0 to 1 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
    fn random(&mut self) -> f64 {
        self.drawn += 1;
        let step = self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.seed.wrapping_add(step);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        let high = u32::try_from(bits >> 32).unwrap_or(u32::MAX);
        f64::from(high) / f64::from(u32::MAX)
    }

    /// How old the last answer is, by what is usual for it.
    pub fn freshness(&self, resource: Resource) -> Freshness {
        let answered_at = self
            .facts
            .get(&resource)
            .and_then(|facts| facts.answered_at);
        let Some(answered_at) = answered_at else {
            return Freshness::Unknown;
        };
        let age = self.now.saturating_sub(answered_at);
        if age >= resource.stale() {
            Freshness::Stale(age)
        } else if age >= resource.late() {
            Freshness::Delayed(age)
        } else {
            Freshness::Live(age)
        }
    }

    /// How old the oldest of some answers is, and which that is, without what the appliance does not tell.
    pub fn oldest(&self, resources: &[Resource]) -> Option<(Freshness, Resource)> {
        let told = resources
            .iter()
            .filter(|resource| !self.is_not_told(**resource));
        told.map(|resource| (self.freshness(*resource), *resource))
            .max()
    }

    /// How long ago the appliance answered anything; `None` before it did.
    pub fn silence(&self) -> Option<Duration> {
        let answered_at = self.answered_at?;
        Some(self.now.saturating_sub(answered_at))
    }

    /// How long until an instant.
    pub fn until(&self, instant: Duration) -> Duration {
        instant.saturating_sub(self.now)
    }

    /// Whether the appliance said that it does not tell this.
    pub fn is_not_told(&self, resource: Resource) -> bool {
        let facts = self.facts.get(&resource);
        facts.is_some_and(|facts| facts.is_not_told)
    }

    /// Why the last question came to nothing, if it did.
    pub fn error(&self, resource: Resource) -> Option<&Text> {
        self.facts.get(&resource)?.error.as_ref()
    }

    /// How often it came to nothing in a row.
    pub fn tries(&self, resource: Resource) -> u32 {
        self.facts.get(&resource).map_or(0, |facts| facts.tries)
    }
}

impl Away {
    /// What it is tried with next: in turns.
    fn try_with(&self) -> Resource {
        LIGHT[usize::from(self.tries.is_multiple_of(2))]
    }
}

impl Facts {
    fn note(&mut self, outcome: &Outcome, now: Duration, wait: Duration) {
        self.took = now.saturating_sub(self.asked_at.unwrap_or(now));
        match outcome {
            Outcome::Told | Outcome::NotTold => {
                self.answered_at = Some(now);
                self.tries = 0;
                self.error = None;
                self.is_not_told = *outcome == Outcome::NotTold;
            }
            Outcome::Failed(why) | Outcome::Silent { why, .. } => {
                // The wait says how long it rests.
                self.took = Duration::ZERO;
                self.tries += 1;
                self.error = Some(why.clone());
                self.not_before = now + wait;
            }
        }
    }
}
