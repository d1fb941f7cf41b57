//! The client and the server of this crate, over loopback.

use std::sync::{Arc, Mutex};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use super::settings;
use crate::client::{Client, Heard};
use crate::server::{self, Answerer, Server};
use crate::wire::tests::examples;
use crate::{Clock, Error, ErrorKind, FleetEvent, Reply, Request, Secret, Severity, public};

/// Answers everything with what it was asked last, or with a fixed answer.
struct Known {
    asked: Mutex<Vec<Request>>,
    answer: Result<Reply, Error>,
    newest: watch::Sender<u64>,
}

impl Answerer for Known {
    fn answer(&self, request: &Request) -> Result<Reply, Error> {
        self.asked.lock().unwrap().push(request.clone());
        match request {
            Request::ListEvents { after, .. } => {
                let numbers = after + 1..=*self.newest.borrow();
                Ok(Reply::Events(numbers.map(event).collect()))
            }
            _ => self.answer.clone(),
        }
    }

    fn newest_event(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }
}

fn event(number: u64) -> FleetEvent {
    FleetEvent {
        number,
        at_ms: number * 1000,
        severity: Severity::Good,
        machine_pool_id: None,
        machine_id: None,
        operation_id: None,
        text: format!("event {number}\n").into(),
    }
}

/// A served fleet, a client of it, and what keeps it served.
async fn served(
    answer: Result<Reply, Error>,
    how: server::Settings,
) -> (Arc<Known>, Client, oneshot::Sender<()>) {
    let known = Arc::new(Known {
        asked: Mutex::default(),
        answer,
        newest: watch::Sender::new(0),
    });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel();
    let answerer: Arc<Known> = Arc::clone(&known);
    let server = Server::new(answerer, how);
    tokio::spawn(server.serve(listener, async {
        let _ = stopped.await;
    }));
    let client = Client::new(settings(&endpoint)).unwrap();
    (known, client, stop)
}

fn guarded() -> server::Settings {
    server::Settings {
        api_key: Some(Secret::new("eyJ-the-key")),
        ..server::Settings::default()
    }
}

#[tokio::test]
async fn every_request_arrives_as_it_was_asked() {
    let refused = Error::new(ErrorKind::Conflict, "not now")
        .with_code("busy")
        .with_detail("name", "is taken");
    let (known, client, _stop) = served(Err(refused.clone()), guarded()).await;
    let mut runner = TestRunner::deterministic();
    let mut count = 0;
    for strategy in examples::requests() {
        let request = strategy.new_tree(&mut runner).unwrap().current();
        let reply = client.ask(&request).await;
        if let Request::ListEvents { .. } = request {
            assert_eq!(reply, Ok(Reply::Events(Vec::new())));
        } else {
            assert_eq!(reply, Err(refused.clone()), "{request:?}");
        }
        let asked = std::mem::take(&mut *known.asked.lock().unwrap());
        assert_eq!(asked, [request]);
        count += 1;
    }
    assert!(count > 60, "{count}");
}

#[tokio::test]
async fn a_reply_comes_back_as_it_was_given() {
    let clock = Reply::Clock(Clock {
        now_ms: 7,
        is_paused: false,
        speed: Some(60),
    });
    let deleted = Reply::from(public::Reply::Deleted(None));
    let delete = Request::from(public::Request::DeleteMachine {
        machine: crate::MachineId(7),
    });
    for (request, reply) in [
        (Request::StepClock, clock),
        (Request::ListMachines, Reply::Machines(Vec::new())),
        (super::question(), super::no_machines()),
        (delete, deleted),
    ] {
        let (_, client, _stop) = served(Ok(reply.clone()), guarded()).await;
        assert_eq!(client.ask(&request).await, Ok(reply));
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_missing_extension_are_told_apart() {
    let other = server::Settings {
        api_key: Some(Secret::new("another")),
        ..server::Settings::default()
    };
    let (_, client, _stop) = served(Ok(super::no_machines()), other).await;
    let refused = client.capabilities().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unauthorized);
    let documented = server::Settings {
        documented_only: true,
        ..guarded()
    };
    let (_, client, _stop) = served(Ok(super::no_machines()), documented).await;
    assert_eq!(client.capabilities().await, Ok(None));
    assert_eq!(
        client.ask(&super::question()).await,
        Ok(super::no_machines())
    );
}

#[tokio::test]
async fn the_log_is_heard_as_it_grows_and_its_end_is_told() {
    let (known, client, stop) = served(Ok(super::no_machines()), guarded()).await;
    let mut events = client.events(1);
    known.newest.send_replace(2);
    assert_eq!(events.next().await, Heard::Connected);
    for number in 2..5 {
        known.newest.send_replace(number);
        assert_eq!(events.next().await, Heard::Event(Box::new(event(number))));
    }
    stop.send(()).unwrap();
    let Heard::Lost(ended) = events.next().await else {
        panic!("it goes on")
    };
    assert_eq!(ended.kind(), ErrorKind::Unanswered);
    let Heard::Lost(gone) = events.next().await else {
        panic!("it goes on")
    };
    assert_eq!(gone.kind(), ErrorKind::Unreachable, "{gone}");
}
