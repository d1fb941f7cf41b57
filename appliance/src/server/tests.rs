//! The server against a small answerer, in memory, and over loopback where connections matter.

mod contract;
mod documents;
mod faults;
mod guards;
mod loopback;
mod streams;

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{HeaderMap, Request as HttpRequest, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt;

use super::{Answerer, Fault, Server, Settings};
use crate::{Error, FleetEvent, Reply, Request, Severity};

pub(super) const ORG: &str = "0b9a7c1e-0000-4000-8000-00000000000f";

type Answering = dyn FnMut(&Request) -> Result<Reply, Error> + Send;

/// An answerer that keeps what it was asked, and answers what it was told to.
pub(super) struct Little {
    asked: Mutex<Vec<Request>>,
    answer: Mutex<Box<Answering>>,
    fault: Mutex<Fault>,
    newest: watch::Sender<u64>,
}

impl Little {
    pub(super) fn new(
        answer: impl FnMut(&Request) -> Result<Reply, Error> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            asked: Mutex::default(),
            answer: Mutex::new(Box::new(answer)),
            fault: Mutex::default(),
            newest: watch::Sender::new(0),
        })
    }

    /// One that answers everything with no machines.
    pub(super) fn empty() -> Arc<Self> {
        Self::new(|_| Ok(Reply::Machines(Vec::new())))
    }

    pub(super) fn asked(&self) -> Vec<Request> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    pub(super) fn goes_wrong(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }
}

impl Answerer for Little {
    fn answer(&self, request: &Request) -> Result<Reply, Error> {
        self.asked.lock().unwrap().push(request.clone());
        (self.answer.lock().unwrap())(request)
    }

    fn newest_event(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    fn fault(&self) -> Fault {
        *self.fault.lock().unwrap()
    }
}

pub(super) fn server(answerer: &Arc<Little>, settings: Settings) -> Server {
    let answerer: Arc<Little> = Arc::clone(answerer);
    Server::new(answerer, settings)
}

pub(super) async fn send(server: &Server, request: HttpRequest<Body>) -> Response {
    server.router().oneshot(request).await.unwrap()
}

/// A call without a key.
pub(super) fn call(method: &str, target: &str, body: &str) -> HttpRequest<Body> {
    let call = HttpRequest::builder().method(method).uri(target);
    let call = call.header("content-type", "application/json");
    call.body(Body::from(body.to_owned())).unwrap()
}

pub(super) fn public(path: &str) -> String {
    format!("/api/v1//orgs/{ORG}/{path}")
}

pub(super) fn extension(path: &str) -> String {
    format!("/meltdeck/v1/orgs/{ORG}/{path}")
}

/// Status, headers and body; a body says that it is JSON, and is.
pub(super) async fn json(response: Response) -> (StatusCode, HeaderMap, Value) {
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    if body.is_empty() {
        return (head.status, head.headers, Value::Null);
    }
    assert_eq!(head.headers["content-type"], "application/json");
    (
        head.status,
        head.headers,
        serde_json::from_slice(&body).unwrap(),
    )
}

/// What a call comes to.
pub(super) async fn come_to(server: &Server, request: HttpRequest<Body>) -> (u16, Value) {
    let (status, _, body) = json(send(server, request).await).await;
    (status.as_u16(), body)
}

pub(super) fn event(number: u64) -> FleetEvent {
    FleetEvent {
        number,
        at_ms: number * 1000,
        severity: Severity::Info,
        machine_pool_id: None,
        machine_id: None,
        operation_id: None,
        text: format!("event {number}\n").into(),
    }
}
