//! One attempt: a call, and what comes of it.

use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Url, redirect, retry};
use tokio::time::timeout;

use super::answer::Head;
use super::retries::{Failure, Purpose};
use super::settings::{Limits, Settings};
use super::trouble;
use crate::wire::{self, http};
use crate::{Error, ErrorKind, Secret};

const USER_AGENT: &str = concat!("meltdeck/", env!("CARGO_PKG_VERSION"));
const KEY: HeaderName = HeaderName::from_static(http::KEY_HEADER);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Connections to one appliance, which are used again. To clone it is cheap.
#[derive(Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
    limits: Limits,
    key: Option<Secret>,
}

/// A whole response.
pub(super) struct Whole {
    pub(super) head: Head,
    pub(super) body: Vec<u8>,
}

impl Transport {
    /// # Errors
    /// [`ErrorKind::Rejected`], where the certificates cannot be read, or the key does not fit into a header.
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        // Another library of the program may have chosen before: any choice will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let limits = settings.limits;
        let mut http = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(headers(settings.api_key.as_ref())?)
            .connect_timeout(limits.connect_time)
            .read_timeout(limits.silence)
            .pool_idle_timeout(limits.keep)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false);
        if settings.endpoint.is_loopback() {
            http = http.no_proxy();
        }
        if let Some(trusted) = trusted(settings)? {
            http = http.tls_certs_only(trusted);
        }
        if settings.skip_verify {
            http = http.tls_danger_accept_invalid_certs(true);
        }
        let http = http.build().map_err(|error| {
            let why = format!("the trusted certificates cannot be used: {error}");
            Error::new(ErrorKind::Rejected, why)
        })?;
        Ok(Self {
            http,
            limits,
            key: settings.api_key.clone(),
        })
    }

    /// Sends a call and takes the whole answer, of `room` bytes at most, in `time` at most.
    pub(super) async fn send(
        &self,
        method: wire::Method,
        url: &Url,
        body: Option<&str>,
        room: usize,
        time: Duration,
    ) -> Result<Whole, Failure> {
        let purpose = purpose(method);
        let request = self.request(method, url, body);
        let attempt = async {
            let response = self.respond(request, url, purpose).await?;
            let head = Head::of(response.status(), response.headers());
            let body = self.body(response, room, purpose).await?;
            Ok(Whole { head, body })
        };
        let within = timeout(time.min(self.limits.attempt_time), attempt);
        let attempt = within.await.unwrap_or_else(|_| {
            let why = "no whole answer came in time";
            Err(trouble::no_answer(purpose, why))
        });
        attempt.map_err(Failure::from)
    }

    /// Opens a stream of events that goes on after the event `after`; only its head is there yet.
    pub(super) async fn open(&self, url: &Url, after: u64) -> Result<reqwest::Response, Error> {
        let request = self
            .http
            .get(url.clone())
            .header(ACCEPT, HeaderValue::from_static("text/event-stream"))
            .header("last-event-id", HeaderValue::from(after));
        let opening = self.respond(request, url, Purpose::Question);
        let opened = timeout(self.limits.attempt_time, opening).await;
        opened.unwrap_or_else(|_| {
            let why = "no answer came in time";
            Err(trouble::no_answer(Purpose::Question, why))
        })
    }

    /// The body of a response, of `room` bytes at most.
    pub(super) async fn body(
        &self,
        mut response: reqwest::Response,
        room: usize,
        purpose: Purpose,
    ) -> Result<Vec<u8>, Error> {
        let announced = response.content_length().unwrap_or_default();
        if usize::try_from(announced).is_ok_and(|announced| announced > room) {
            return Err(self.too_large(purpose));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| trouble::within_the_answer(&error, purpose))?
        {
            if chunk.len() > room - body.len() {
                return Err(self.too_large(purpose));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// An error, without the key where whoever answered repeated it.
    pub(super) fn without_key(&self, error: Error) -> Error {
        match &self.key {
            Some(key) => error.without(key.reveal()),
            None => error,
        }
    }

    fn request(
        &self,
        method: wire::Method,
        url: &Url,
        body: Option<&str>,
    ) -> reqwest::RequestBuilder {
        let method = match method {
            wire::Method::Get => reqwest::Method::GET,
            wire::Method::Post => reqwest::Method::POST,
            wire::Method::Put => reqwest::Method::PUT,
            wire::Method::Delete => reqwest::Method::DELETE,
        };
        // The provider says what a body would be even where there is none.
        let request = self
            .http
            .request(method, url.clone())
            .header(ACCEPT, JSON)
            .header(CONTENT_TYPE, JSON);
        match body {
            Some(body) => request.body(body.to_owned()),
            None => request,
        }
    }

    async fn respond(
        &self,
        request: reqwest::RequestBuilder,
        url: &Url,
        purpose: Purpose,
    ) -> Result<reqwest::Response, Error> {
        request.send().await.map_err(|error| {
            let origin = url.origin().ascii_serialization();
            trouble::before_the_answer(&error, &origin, purpose)
        })
    }

    fn too_large(&self, purpose: Purpose) -> Error {
        let most = self.limits.answer;
        let why = format!("the answer is larger than {most} bytes");
        let kind = match purpose {
            Purpose::Question => ErrorKind::Failed,
            Purpose::Order => return trouble::no_answer(purpose, &why),
        };
        Error::new(kind, why)
    }
}

/// Without the connections: a proxy's address, from the environment, may hold a password.
impl fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Transport").finish_non_exhaustive()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            retry_after: None,
        }
    }
}

/// Whether what is sent by a method may change something.
pub(super) fn purpose(method: wire::Method) -> Purpose {
    match method {
        wire::Method::Get => Purpose::Question,
        wire::Method::Post | wire::Method::Put | wire::Method::Delete => Purpose::Order,
    }
}

/// What every request says.
fn headers(key: Option<&Secret>) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    // Else any compression would be as good.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Some(key) = key {
        let mut key = HeaderValue::from_str(key.reveal()).map_err(|_| {
            let why = "the API key holds characters that no header can hold";
            Error::new(ErrorKind::Rejected, why)
        })?;
        key.set_sensitive(true);
        headers.insert(KEY, key);
    }
    Ok(headers)
}

/// The certificates that are trusted; `None`: the system's.
fn trusted(settings: &Settings) -> Result<Option<Vec<Certificate>>, Error> {
    let Some(file) = &settings.ca_file else {
        // Without encryption none is needed, and a system without certificates is no obstacle.
        return Ok((!settings.endpoint.is_secure()).then(Vec::new));
    };
    let place = file.display();
    let wrong = |why: String| Error::new(ErrorKind::Rejected, why);
    let pem = std::fs::read(file).map_err(|error| {
        wrong(format!(
            "the certificates in {place} cannot be read: {error}"
        ))
    })?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| {
        wrong(format!(
            "{place} holds something else than PEM certificates"
        ))
    })?;
    if certificates.is_empty() {
        return Err(wrong(format!("{place} holds no PEM certificate")));
    }
    Ok(Some(certificates))
}
