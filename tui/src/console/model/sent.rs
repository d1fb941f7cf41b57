//! Orders that were sent and are not wholly answered yet.

use appliance::{Machine, Operation, Request, Revision, Text};

use crate::console::command::Command;

/// An order that was sent: a request for each of its targets, and what was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The order.
    pub command: Command,
    /// The requests in the order of its targets, each with its answer once there is one: what came of it, or why it was
    /// refused.
    pub answers: Vec<(Request, Option<Answer>)>,
}

/// What came of a request, or why it was refused.
pub(super) type Answer = Result<Done, String>;

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// The operation that carries it out.
    Operation(Operation),
    /// The machine as it is now.
    Machine(Box<Machine>),
    /// The revision of a pool that it made.
    Revision(Revision),
    /// The pool of this name is changed, and no operation has to carry that out.
    Pool(Text),
}

impl Sent {
    /// An order of which nothing is answered yet.
    pub fn new(command: Command, requests: Vec<Request>) -> Self {
        let answers = requests.into_iter().map(|request| (request, None));
        Self {
            command,
            answers: answers.collect(),
        }
    }

    /// Where the answer to a request belongs, if one is missing.
    pub fn place(&mut self, request: &Request) -> Option<&mut Option<Answer>> {
        let mut answers = self.answers.iter_mut();
        answers
            .find(|(asked, answer)| answer.is_none() && asked == request)
            .map(|(_, answer)| answer)
    }

    /// Whether every request is answered.
    pub fn is_answered(&self) -> bool {
        self.answers.iter().all(|(_, answer)| answer.is_some())
    }
}
