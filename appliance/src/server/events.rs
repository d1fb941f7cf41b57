//! The fleet's log as a stream of server-sent events (WHATWG HTML, section 9.2).
//!
//! Each event has its number as its id, so whoever was cut off says the last one (`Last-Event-ID`) and gets the rest, as far
//! as it is kept. A slow reader holds nobody up: it is told what there is when it reads, and sees by the numbers what it
//! missed. Whoever knows an event that is not there yet knows another log, as before a restart, and gets all of this one.

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use tokio::sync::watch;

use super::answerer::Outcome;
use super::guard;
use super::router::Server;
use crate::{Error, ErrorKind, FleetEvent, Reply, Request};

/// How many events are asked for at once: all. Of fewer the newest are told, and those before them would be missed.
const MOST: u32 = u32::MAX;

/// The stream, from the event on that the reader knows.
pub(super) fn respond(server: &Server, head: &Parts) -> Result<Response, Error> {
    guard::check_is_read(&head.method)?;
    let known = head
        .headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok());
    let query = head.uri.query().unwrap_or_default();
    let asked = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("after="));
    // Both are read, so that a wrong one is not taken for a right one where the other is there.
    let (known, asked) = (number(known)?, number(asked)?);
    let after = known.or(asked).unwrap_or(0);
    let newest = server.answerer.newest_event();
    let is_of_this_log = after <= *newest.borrow();
    let reader = Reader {
        newest,
        stopping: server.stopping.subscribe(),
        server: server.clone(),
        after: if is_of_this_log { after } else { 0 },
        told: VecDeque::new(),
    };
    Ok(Sse::new(events(reader))
        .keep_alive(KeepAlive::default())
        .into_response())
}

fn number(text: Option<&str>) -> Result<Option<u64>, Error> {
    let number = text.map(str::parse).transpose();
    number.map_err(|_| {
        let why = "the last event that is known has to be a whole number";
        Error::new(ErrorKind::Malformed, why)
    })
}

/// Whoever reads the stream, and how far it is.
struct Reader {
    server: Server,
    newest: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    after: u64,
    told: VecDeque<FleetEvent>,
}

fn events(reader: Reader) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(reader, |mut reader| async move {
        let next = reader.next().await?;
        Some((Ok(written(&next)), reader))
    })
}

fn written(event: &FleetEvent) -> Event {
    // JSON has no line breaks in it, which a line of data must not have.
    let Ok(data) = serde_json::to_string(event) else {
        return Event::default().comment("an event that cannot be written");
    };
    let written = Event::default().event("fleet").data(data);
    written.id(event.number.to_string())
}

impl Reader {
    /// The next event, when there is one; `None` when the server stops or the log cannot be read.
    async fn next(&mut self) -> Option<FleetEvent> {
        loop {
            if let Some(event) = self.told.pop_front() {
                return Some(event);
            }
            if *self.stopping.borrow() {
                return None;
            }
            // Before the question, so that what comes in the meantime is a change.
            self.newest.mark_unchanged();
            let request = Request::ListEvents {
                after: self.after,
                most: MOST,
            };
            let Ok(Reply::Events(events)) = self.server.ask(request).await else {
                return None;
            };
            self.after = events
                .last()
                .map_or(self.after, |last| last.number.max(self.after));
            self.told.extend(events);
            if self.told.is_empty() {
                tokio::select! {
                    changed = self.newest.changed() => changed.ok()?,
                    _ = self.stopping.changed() => return None,
                }
                if self.server.fault("").await.outcome == Outcome::Drop {
                    return None;
                }
            }
        }
    }
}
