//! The fleet's log as it grows: a stream that is opened again wherever it was cut.

use std::collections::VecDeque;

use super::answer::{self, Head};
use super::ask::Client;
use super::retries::{self, Failure, Purpose};
use super::sse::{Parser, Sent};
use super::trouble;
use crate::wire::stream_path;
use crate::{Error, ErrorKind, FleetEvent};

/// The log of a fleet, as the appliance tells of it.
#[derive(Debug)]
pub struct Events {
    client: Client,
    /// The number of the newest event that is known.
    last: u64,
    /// How often in a row the stream was cut or could not be opened.
    failures: u32,
    /// What the last time was.
    failure: Option<Failure>,
    open: Option<Open>,
    heard: VecDeque<Heard>,
}

/// What is heard from a stream of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The stream is open: from now on silence means that nothing happens.
    Connected,
    /// Something happened. Where its number is lower than that of the one before, the log began anew.
    Event(Box<FleetEvent>),
    /// The stream was cut, or could not be opened. It is opened again after a while.
    Lost(Error),
}

#[derive(Debug)]
struct Open {
    response: reqwest::Response,
    parser: Parser,
}

impl Events {
    pub(super) fn new(client: Client, after: u64) -> Self {
        Self {
            client,
            last: after,
            failures: 0,
            failure: None,
            open: None,
            heard: VecDeque::new(),
        }
    }

    /// What is heard next, whenever that is. It never ends: after each [`Heard::Lost`] it waits, the longer the more often
    /// that was, and goes on after the newest event that is known. Whoever stops to wait for it loses nothing.
    pub async fn next(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.heard.pop_front() {
                return heard;
            }
            let went_on = if self.open.is_some() {
                self.read().await
            } else {
                self.wait().await;
                self.connect().await
            };
            if let Err(failure) = went_on {
                self.lose(failure);
            }
        }
    }

    fn lose(&mut self, failure: Failure) {
        self.open = None;
        self.failures = self.failures.saturating_add(1);
        let error = self.client.transport.without_key(failure.error.clone());
        self.failure = Some(failure);
        self.heard.push_back(Heard::Lost(error));
    }

    async fn wait(&mut self) {
        if let Some(failure) = &self.failure {
            let retries = &self.client.settings.retries;
            let wait = retries.wait_before(self.failures, failure, retries::random());
            tokio::time::sleep(wait).await;
            self.failure = None;
        }
    }

    async fn connect(&mut self) -> Result<(), Failure> {
        let Client {
            settings,
            transport,
        } = &self.client;
        let url = settings.endpoint.at(&stream_path(&settings.organization))?;
        let response = transport.open(&url, self.last).await?;
        let head = Head::of(response.status(), response.headers());
        answer::check_encoding(&head)?;
        let is_stream = head.content_type.as_deref() == Some("text/event-stream");
        if head.status != 200 || !is_stream {
            let room = settings.limits.answer;
            let body = transport.body(response, room, Purpose::Question).await?;
            let error = if head.status == 200 {
                answer::other_type(&head, &body, "events")
            } else {
                answer::error(&head, &body)
            };
            return Err(Failure {
                error,
                retry_after: head.retry_after,
            });
        }
        let parser = Parser::new(settings.limits.event);
        self.open = Some(Open { response, parser });
        self.heard.push_back(Heard::Connected);
        Ok(())
    }

    /// Takes what comes next.
    async fn read(&mut self) -> Result<(), Failure> {
        let Some(Open { response, parser }) = &mut self.open else {
            return Ok(());
        };
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| trouble::within_the_answer(&error, Purpose::Question))?;
        let Some(chunk) = chunk else {
            let why = "the stream of events ended";
            return Err(trouble::no_answer(Purpose::Question, why).into());
        };
        let sent = parser.feed(&chunk)?;
        for sent in sent.into_iter().filter(|sent| sent.event == "fleet") {
            let event = event(&sent)?;
            self.last = event.number;
            self.failures = 0;
            self.heard.push_back(Heard::Event(Box::new(event)));
        }
        Ok(())
    }
}

fn event(sent: &Sent) -> Result<FleetEvent, Error> {
    serde_json::from_str(&sent.data).map_err(|error| {
        let why = format!("an event of the stream cannot be read: {error}");
        Error::new(ErrorKind::Failed, why)
    })
}
