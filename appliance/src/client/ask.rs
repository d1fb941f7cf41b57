//! From a request to its reply.

use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use super::answer::{self, Head};
use super::events::Events;
use super::pages;
use super::redirect;
use super::retries::{Failure, Purpose};
use super::settings::Settings;
use super::transport::{Transport, Whole, purpose};
use super::trouble;
use crate::wire::{self, Call};
use crate::{Capabilities, Error, ErrorKind, Reply, Request};

/// An appliance that is asked over HTTP. To clone it is cheap, and clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) settings: Settings,
    pub(super) transport: Transport,
}

impl Client {
    /// One that asks as `settings` say. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`], where the certificates cannot be read, or the key does not fit into a header.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let transport = Transport::new(&settings)?;
        Ok(Self {
            settings,
            transport,
        })
    }

    /// How it asks.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Asks, and waits for the reply, at most as long as the limits say.
    ///
    /// A question that comes to nothing is asked again; an order is sent again only where nothing of it was sent.
    ///
    /// # Errors
    /// What the appliance answers instead of a reply; [`ErrorKind::Unreachable`], [`ErrorKind::Insecure`] or
    /// [`ErrorKind::Unanswered`], where it does not; [`ErrorKind::Failed`] where the answer is none.
    pub async fn ask(&self, request: &Request) -> Result<Reply, Error> {
        let call = wire::write(&self.settings.organization, request)?;
        let until = Instant::now() + self.settings.limits.whole_time;
        pages::ask_all(self, request, &call, until)
            .await
            .map_err(|error| self.transport.without_key(error))
    }

    /// What the appliance can do besides meltcloud's public API; `None`: nothing, as one that has no such answer.
    ///
    /// # Errors
    /// As [`Client::ask`]. Then it is not known, and worth another question later.
    pub async fn capabilities(&self) -> Result<Option<Capabilities>, Error> {
        match self.ask(&Request::GetCapabilities).await {
            Ok(Reply::Capabilities(capabilities)) => Ok(Some(capabilities)),
            Ok(_) => Err(Error::other_answer()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The fleet's log as it grows, from the event after `after` on; 0: from as far back as is kept. Nothing is sent yet.
    pub fn events(&self, after: u64) -> Events {
        Events::new(self.clone(), after)
    }

    /// One reply and the body that it was read from, after as many attempts as may be.
    pub(super) async fn ask_once(
        &self,
        request: &Request,
        call: &Call,
        room: usize,
        until: Instant,
    ) -> Result<(Reply, Vec<u8>), Error> {
        let attempt = |left| self.attempt(request, call, room, left);
        let retries = &self.settings.retries;
        retries.persist(purpose(call.method), until, attempt).await
    }

    async fn attempt(
        &self,
        request: &Request,
        call: &Call,
        room: usize,
        time: Duration,
    ) -> Result<(Reply, Vec<u8>), Failure> {
        let Whole { head, body } = self.exchange(call, room, time).await?;
        let purpose = purpose(call.method);
        let rest = head
            .retry_after
            .map(|rest| self.settings.retries.within_reason(rest));
        let reply = answer::read(request, &head, &body).map_err(|error| Failure {
            error: if purpose == Purpose::Order && answer::may_be_done(&head, &body) {
                trouble::no_answer(purpose, &error.to_string())
            } else {
                error.with_retry_after(rest)
            },
            retry_after: head.retry_after,
        })?;
        Ok((reply, body))
    }

    /// One call and its response, wherever within its origin a question is sent on to.
    async fn exchange(&self, call: &Call, room: usize, time: Duration) -> Result<Whole, Failure> {
        let until = Instant::now() + time;
        let mut url = self.settings.endpoint.at(&call.target)?;
        let body = call.body.as_deref();
        for _ in 0..=redirect::MOST {
            let left = until.saturating_duration_since(Instant::now());
            let whole = self.transport.send(call.method, &url, body, room, left);
            let whole = whole.await?;
            if !whole.head.is_redirect() {
                return Ok(whole);
            }
            url = sent_on(call, &url, &whole.head)?;
        }
        let why = "the appliance sends from one address to the next without an end";
        Err(Error::new(ErrorKind::Failed, why).into())
    }
}

/// Where a call is sent on to.
fn sent_on(call: &Call, from: &Url, head: &Head) -> Result<Url, Error> {
    if purpose(call.method) == Purpose::Question {
        return redirect::target(from, head.location.as_deref());
    }
    let why = format!(
        "the appliance answered {} and sends elsewhere, which no order follows: it was not carried out there",
        head.status
    );
    Err(Error::new(ErrorKind::Failed, why))
}
