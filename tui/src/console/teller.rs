//! Where messages go: to the console's loop, with what they are about.

use std::sync::mpsc::Sender;

use super::message::Message;
use super::update::deck::Event;

/// The loop has ended: nobody listens any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended;

/// Tells messages to the loop, all of them about the same.
#[derive(Clone, Debug)]
pub struct Teller {
    /// The context that they are about; `None`: the terminal, whatever is shown on it.
    context: Option<usize>,
    events: Sender<Event>,
}

impl Teller {
    /// Tells what happens to the terminal and the process.
    pub fn of_terminal(events: Sender<Event>) -> Self {
        Self {
            context: None,
            events,
        }
    }

    /// The same, for what happens to a context.
    #[must_use]
    pub fn of_context(&self, context: usize) -> Self {
        Self {
            context: Some(context),
            events: self.events.clone(),
        }
    }

    /// Tells a message.
    ///
    /// # Errors
    /// When the loop has ended.
    pub fn send(&self, message: Message) -> Result<(), Ended> {
        let event = match self.context {
            Some(context) => Event::Of(context, message),
            None => Event::Shared(message),
        };
        self.events.send(event).map_err(|_| Ended)
    }
}
