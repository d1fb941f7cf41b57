//! What is pending, in a total order.
//!
//! Order is (time, class, entity): at one instant endings come before time-outs, and time-outs before attempts, so a
//! tie is decided by what happens and not by who was queued first. What an event causes at its own instant is pending
//! from then on like everything else, and so runs after it.
//!
//! Every entity has at most one pending event: to schedule it again replaces that event, and nothing that was
//! cancelled stays behind. What is known at the start (operator steps) is a sorted list with a cursor and costs the
//! heap nothing.

use std::sync::Arc;

use super::time::Time;

/// The place of an event among those of its instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Something ends or returns.
    Ending,
    /// A window opens or closes.
    WindowEdge,
    /// A time limit is reached.
    TimeOut,
    /// Something comes from outside.
    Arrival,
    /// An operator does something; also what the scenario's timeline does to the fleet.
    Step,
    /// Something tries to start.
    Attempt,
}

const CLASSES: [Class; 6] = [
    Class::Ending,
    Class::WindowEdge,
    Class::TimeOut,
    Class::Arrival,
    Class::Step,
    Class::Attempt,
];

/// Whom an event belongs to: a number that the model gives out, densely from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity(pub u32);

/// An event whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Time,
    /// What kind.
    pub class: Class,
    /// Whose. For an event that was known at the start: its number in the list.
    pub entity: Entity,
}

/// The whole order in one integer: time, then class, then entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u128);

impl Key {
    fn new(at: Time, class: Class, entity: Entity) -> Self {
        Self(u128::from(at.as_millis()) << 64 | (class as u128) << 32 | u128::from(entity.0))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "takes the fields apart that `new` put together"
    )]
    fn due(self) -> Due {
        Due {
            at: Time::from_millis((self.0 >> 64) as u64),
            class: CLASSES[(self.0 >> 32 & 0xff) as usize],
            entity: Entity(self.0 as u32),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the entity is the low 32 bits"
    )]
    fn index(self) -> usize {
        self.0 as u32 as usize
    }
}

/// Children of a heap node. Four keys share one cache line.
const ARITY: usize = 4;
/// Marks an entity that has nothing pending.
const NOWHERE: u32 = u32::MAX;

/// The pending events of one run, and its clock.
#[derive(Clone, Debug)]
pub struct Agenda {
    now: Time,
    known: Arc<[Key]>,
    cursor: usize,
    heap: Vec<Key>,
    /// Where each entity's event stands in `heap`.
    place: Vec<u32>,
    /// The entity whose event was taken last and is still at its place: most events schedule the next one of the
    /// same entity, which then overwrites it.
    spent: Option<usize>,
}

impl Agenda {
    /// An empty agenda at the start, for `entities` entities, with the events that are `known` from the start: each
    /// happens as a [`Class::Step`] and is told by its number in that list.
    pub fn new(entities: usize, known: &[Time]) -> Self {
        let mut keys: Vec<Key> = (0..)
            .zip(known)
            .map(|(number, at)| Key::new(*at, Class::Step, Entity(number)))
            .collect();
        keys.sort_unstable();
        Self {
            now: Time::START,
            known: keys.into(),
            cursor: 0,
            heap: Vec::new(),
            place: vec![NOWHERE; entities],
            spent: None,
        }
    }

    /// Gives out one more entity, the next number.
    pub fn add_entity(&mut self) {
        self.place.push(NOWHERE);
    }

    /// Gives out entities until there are `entities` of them.
    pub fn reserve(&mut self, entities: usize) {
        let count = entities.max(self.place.len());
        self.place.resize(count, NOWHERE);
    }

    /// The clock.
    pub fn now(&self) -> Time {
        self.now
    }

    /// When the next event happens; `None` when nothing can happen any more.
    pub fn next_at(&mut self) -> Option<Time> {
        self.drop_spent();
        let known = self.known.get(self.cursor);
        let scheduled = self.heap.first();
        known
            .into_iter()
            .chain(scheduled)
            .min()
            .map(|key| key.due().at)
    }

    /// Takes the next event if it happens at `limit` or before, and moves the clock to it.
    pub fn take(&mut self, limit: Time) -> Option<Due> {
        self.drop_spent();
        let known = self.known.get(self.cursor).copied();
        let scheduled = self.heap.first().copied();
        let (key, is_known) = match (known, scheduled) {
            (Some(known), Some(scheduled)) if scheduled < known => (scheduled, false),
            (Some(known), _) => (known, true),
            (None, Some(scheduled)) => (scheduled, false),
            (None, None) => return None,
        };
        let due = key.due();
        if due.at > limit {
            return None;
        }
        if is_known {
            self.cursor += 1;
        } else {
            self.spent = Some(key.index());
        }
        self.now = due.at;
        Some(due)
    }

    /// Moves the clock to `to`. Nothing may be pending before it.
    pub fn advance(&mut self, to: Time) {
        debug_assert!(self.next_at().is_none_or(|next| next >= to));
        self.now = self.now.max(to);
    }

    /// Makes `entity`'s pending event this one, whatever was pending for it before. `at` is not in the past.
    pub fn schedule(&mut self, entity: Entity, at: Time, class: Class) {
        debug_assert!(at >= self.now, "an event was scheduled in the past");
        let index = entity.0 as usize;
        let key = Key::new(at, class, entity);
        if self.spent == Some(index) {
            self.spent = None;
        }
        let place = self.place[index];
        if place == NOWHERE {
            self.heap.push(key);
            self.rise(self.heap.len() - 1);
        } else {
            self.replace(place as usize, key);
        }
    }

    /// Forgets `entity`'s pending event, if it has one.
    pub fn cancel(&mut self, entity: Entity) {
        let index = entity.0 as usize;
        if self.spent == Some(index) {
            self.spent = None;
        }
        self.remove(index);
    }

    /// Whether `entity` has a pending event.
    pub fn is_pending(&mut self, entity: Entity) -> bool {
        self.drop_spent();
        self.place[entity.0 as usize] != NOWHERE
    }

    fn drop_spent(&mut self) {
        if let Some(index) = self.spent.take() {
            self.remove(index);
        }
    }

    fn remove(&mut self, index: usize) {
        let place = self.place[index];
        if place == NOWHERE {
            return;
        }
        self.place[index] = NOWHERE;
        let last = self
            .heap
            .pop()
            .expect("an entity with a place is in the heap");
        if last.index() != index {
            self.replace(place as usize, last);
        }
    }

    /// Puts `key` at `place` and restores the heap's order.
    fn replace(&mut self, place: usize, key: Key) {
        let before = self.heap[place];
        self.heap[place] = key;
        if key < before {
            self.rise(place);
        } else {
            self.sink(place);
        }
    }

    fn rise(&mut self, mut place: usize) {
        let key = self.heap[place];
        while place > 0 {
            let parent = (place - 1) / ARITY;
            if self.heap[parent] < key {
                break;
            }
            self.put(place, self.heap[parent]);
            place = parent;
        }
        self.put(place, key);
    }

    fn sink(&mut self, mut place: usize) {
        let key = self.heap[place];
        loop {
            let first = place * ARITY + 1;
            let children = first..(first + ARITY).min(self.heap.len());
            let Some(least) = children.min_by_key(|child| self.heap[*child]) else {
                break;
            };
            if self.heap[least] > key {
                break;
            }
            self.put(place, self.heap[least]);
            place = least;
        }
        self.put(place, key);
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "there are at most as many places as entities, which are u32"
    )]
    fn put(&mut self, place: usize, key: Key) {
        self.heap[place] = key;
        self.place[key.index()] = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FOREVER: Time = Time::from_millis(u64::MAX);

    fn at(millis: u64) -> Time {
        Time::from_millis(millis)
    }

    #[test]
    fn ties_are_decided_by_class_and_then_by_entity() {
        let mut agenda = Agenda::new(4, &[at(5)]);
        agenda.schedule(Entity(3), at(5), Class::Ending);
        agenda.schedule(Entity(1), at(5), Class::Attempt);
        agenda.schedule(Entity(0), at(5), Class::TimeOut);
        agenda.schedule(Entity(2), at(5), Class::Ending);
        let order: Vec<_> = std::iter::from_fn(|| agenda.take(FOREVER))
            .map(|due| (due.class, due.entity.0))
            .collect();
        assert_eq!(
            order,
            [
                (Class::Ending, 2),
                (Class::Ending, 3),
                (Class::TimeOut, 0),
                (Class::Step, 0),
                (Class::Attempt, 1)
            ]
        );
    }

    #[test]
    fn what_an_event_causes_at_its_instant_runs_after_it() {
        let mut agenda = Agenda::new(3, &[]);
        agenda.schedule(Entity(0), at(7), Class::Attempt);
        agenda.schedule(Entity(1), at(7), Class::Attempt);
        assert_eq!(agenda.take(FOREVER).unwrap().entity, Entity(0));
        agenda.schedule(Entity(2), at(7), Class::Ending);
        assert_eq!(agenda.take(FOREVER).unwrap().entity, Entity(2));
        assert_eq!(agenda.take(FOREVER).unwrap().entity, Entity(1));
        assert_eq!(agenda.take(FOREVER), None);
    }

    #[test]
    fn nothing_after_the_limit_is_taken_and_the_clock_stays() {
        let mut agenda = Agenda::new(1, &[at(30)]);
        agenda.schedule(Entity(0), at(20), Class::Ending);
        assert_eq!(agenda.take(at(10)), None);
        assert_eq!(agenda.now(), Time::START);
        assert_eq!(agenda.take(at(20)).unwrap().at, at(20));
        assert_eq!(agenda.next_at(), Some(at(30)));
        agenda.advance(at(25));
        assert_eq!(agenda.now(), at(25));
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        /// Against the obvious structure: a map of entity to event, searched for its minimum.
        #[test]
        fn it_behaves_like_a_searched_map(orders in prop::collection::vec((0_u32..12, 0_u64..50, 0_usize..6, 0_u8..4), 1..200)) {
            let mut agenda = Agenda::new(12, &[]);
            let mut map = std::collections::BTreeMap::new();
            for (entity, delay, class, action) in orders {
                match action {
                    0 | 1 => {
                        let when = agenda.now() + crate::engine::Span::from_millis(delay);
                        agenda.schedule(Entity(entity), when, CLASSES[class]);
                        map.insert(entity, (when, CLASSES[class]));
                    }
                    2 => {
                        agenda.cancel(Entity(entity));
                        map.remove(&entity);
                    }
                    _ => {
                        let least = map.iter().map(|(entity, (at, class))| (*at, *class, *entity)).min();
                        let taken = agenda.take(FOREVER).map(|due| (due.at, due.class, due.entity.0));
                        prop_assert_eq!(taken, least);
                        if let Some((_, _, entity)) = least {
                            map.remove(&entity);
                        }
                    }
                }
            }
        }
    }
}
