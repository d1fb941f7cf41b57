//! What is shown of a live appliance: its fleet, or a run of its rehearsal. An answer that was asked for while something else
//! was shown is told to nobody.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::console::message::Message;
use crate::console::teller::Teller;

/// Counts how often what is shown has changed.
#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<u64>);

impl Gate {
    fn lock(&self) -> MutexGuard<'_, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is shown now, by its number.
    pub(super) fn shown(&self) -> u64 {
        *self.lock()
    }

    /// Tells a message that is of what was shown when its number was this; later it is dropped. Returns whether the console
    /// still listens.
    pub(super) fn tell(&self, shown: u64, message: Message, console: &Teller) -> bool {
        let now = self.lock();
        *now != shown || console.send(message).is_ok()
    }

    /// Shows something else from now on, which the message says. Returns whether the console still listens.
    pub(super) fn show(&self, message: Message, console: &Teller) -> bool {
        let mut shown = self.lock();
        *shown += 1;
        console.send(message).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::update::deck::Event;
    use std::sync::mpsc::channel;

    #[test]
    fn what_was_asked_for_while_something_else_was_shown_is_told_to_nobody() {
        let (events, told) = channel();
        let console = Teller::of_terminal(events);
        let gate = Gate::default();
        let fleet = gate.shown();
        assert!(gate.tell(fleet, Message::HungUp, &console));
        assert!(gate.show(Message::Watching(Some(3)), &console));
        assert!(gate.tell(fleet, Message::Continued, &console));
        assert!(gate.tell(gate.shown(), Message::Died, &console));
        let told: Vec<Event> = told.try_iter().collect();
        let expected = [Message::HungUp, Message::Watching(Some(3)), Message::Died];
        assert_eq!(told, expected.map(Event::Shared));
    }
}
