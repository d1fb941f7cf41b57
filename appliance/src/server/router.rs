//! From a request to its response.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use super::answerer::{Answerer, Fault, Outcome};
use super::settings::Settings;
use super::{events, faults, guard, openapi};
use crate::wire;
use crate::{Error, ErrorKind, Reply, Request};

/// Where the `OpenAPI` document is. It holds nothing of a fleet, so it needs no key.
const OPENAPI: &str = "/meltdeck/v1/openapi.json";

/// A served appliance. To clone it is cheap.
#[derive(Clone)]
pub struct Server {
    pub(super) answerer: Arc<dyn Answerer>,
    pub(super) settings: Arc<Settings>,
    /// Turns true when the server stops, which ends the streams of events.
    pub(super) stopping: watch::Sender<bool>,
}

impl Server {
    /// An appliance that `answerer` answers for.
    pub fn new(answerer: Arc<dyn Answerer>, settings: Settings) -> Self {
        Self {
            answerer,
            settings: Arc::new(settings),
            stopping: watch::Sender::new(false),
        }
    }

    /// What turns requests into responses. Limits on connections and heads are not its business, but of
    /// [`Server::serve`].
    pub fn router(&self) -> Router {
        Router::new().fallback(respond).with_state(self.clone())
    }

    /// Asks the answerer on a thread that may block.
    ///
    /// # Errors
    /// The answerer's, and [`ErrorKind::Unavailable`] where it takes too long: an order may be carried out all the same.
    pub(super) async fn ask(&self, request: Request) -> Result<Reply, Error> {
        let answerer = Arc::clone(&self.answerer);
        let answering = tokio::task::spawn_blocking(move || answerer.answer(&request));
        match tokio::time::timeout(self.settings.limits.answer_time, answering).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Error::new(
                ErrorKind::Failed,
                "the appliance broke while it answered",
            )),
            Err(_) => Err(Error::new(
                ErrorKind::Unavailable,
                "the appliance took too long to answer",
            )),
        }
    }

    async fn respond(&self, request: HttpRequest) -> Result<Response, Error> {
        let (mut head, body) = request.into_parts();
        if head.method == Method::HEAD {
            // Answered as if the body were wanted; the connection leaves it out (RFC 9110, section 9.3.2).
            head.method = Method::GET;
        }
        let target = head
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let path = head.uri.path();
        if self.settings.documented_only && path.starts_with("/meltdeck/") {
            return Err(Error::new(
                ErrorKind::NotFound,
                "there is nothing at this path",
            ));
        }
        if path == OPENAPI {
            guard::check_is_read(&head.method)?;
            return Ok(json(StatusCode::OK, openapi::document().to_string()));
        }
        guard::check_key(&self.settings, &head.headers)?;
        guard::check_origin(&head)?;
        if let Some(organization) = wire::read_stream_path(path) {
            guard::check_organization(&self.settings, &organization)?;
            return events::respond(self, &head);
        }
        let body = guard::body(&self.settings.limits, &head.headers, body).await?;
        let asked = wire::read(head.method.as_str(), target, &body)?;
        guard::check_organization(&self.settings, &asked.organization)?;
        let reply = self.ask(asked.request.clone()).await?;
        wire::write_reply(&asked.request, &reply).map(plain)
    }

    /// What goes wrong with a request to this path. The clock is not the appliance's: whoever stopped it while nothing is
    /// answered could never let it go on.
    pub(super) async fn fault(&self, path: &str) -> Fault {
        if path.starts_with("/meltdeck/") && path.contains("/clock") {
            return Fault::default();
        }
        let answerer = Arc::clone(&self.answerer);
        let asking = tokio::task::spawn_blocking(move || answerer.fault());
        asking.await.unwrap_or_default()
    }
}

/// A response, or what goes wrong in its place.
async fn respond(State(server): State<Server>, request: HttpRequest) -> Response {
    let fault = server.fault(request.uri().path()).await;
    if !fault.latency.is_zero() {
        tokio::time::sleep(fault.latency).await;
    }
    match fault.outcome {
        Outcome::Status(status) => return faults::status(status),
        Outcome::Html(status) => return faults::html(status),
        Outcome::Drop => return faults::abort(),
        Outcome::Answer | Outcome::Lose | Outcome::Half => {}
    }
    let target = request.uri().path_and_query().map(ToString::to_string);
    let answered = server.respond(request).await;
    let response = answered.unwrap_or_else(|error| {
        let mut response = plain(wire::write_error(&error));
        if error.kind() == ErrorKind::MethodNotAllowed {
            allow(response.headers_mut(), &target.unwrap_or_default());
        }
        response
    });
    match fault.outcome {
        Outcome::Lose => faults::abort(),
        Outcome::Half => faults::half(response).await,
        _ => response,
    }
}

/// Which methods there are in the place of one that is not (RFC 9110, section 15.5.6).
fn allow(headers: &mut HeaderMap, target: &str) {
    let mut methods: Vec<&str> = wire::allowed(target)
        .into_iter()
        .map(wire::Method::as_str)
        .collect();
    if methods.is_empty() {
        // What stands beside the table can only be read.
        methods.push("GET");
    }
    if let Some(place) = methods.iter().position(|method| *method == "GET") {
        methods.insert(place + 1, "HEAD");
    }
    if let Ok(methods) = methods.join(", ").parse() {
        headers.insert(header::ALLOW, methods);
    }
}

fn plain(response: wire::Response) -> Response {
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match response.body {
        Some(body) => json(status, body),
        None => status.into_response(),
    }
}

/// A response that nobody keeps: every fact in it has an age, and some of it is secret.
fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.into()).into_response()
}
