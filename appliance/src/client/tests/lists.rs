//! Lists in parts.

use serde_json::json;

use super::faulty::{Faulty, Step, json as answer};
use super::{client, question, settings};
use crate::client::{Client, Limits};
use crate::{Error, ErrorKind, MachineId, Reply, Request, public};

/// A part of the list of machines, and what it says of the next one.
fn part(ids: &[i64], pages: serde_json::Value) -> Step {
    let machines: Vec<_> = ids
        .iter()
        .map(|id| json!({ "id": id, "uuid": "u", "status": "ready" }))
        .collect();
    let mut body = json!({ "machines": machines });
    body["metadata"] = pages;
    Step::Send(answer("200 OK", &body.to_string()))
}

fn ids(reply: Result<Reply, Error>) -> Vec<i64> {
    let Ok(Reply::Public(reply)) = reply else {
        panic!("{reply:?}")
    };
    let public::Reply::Machines(machines) = *reply else {
        panic!("{reply:?}")
    };
    let ids = machines.iter().map(|machine| machine.id);
    ids.map(|MachineId(id)| id).collect()
}

#[tokio::test]
async fn a_list_is_asked_for_until_its_end_and_nothing_is_there_twice() {
    let server = Faulty::start(vec![
        part(
            &[1, 2],
            json!({ "current_page": 1, "next_page": 2, "total_pages": 3 }),
        ),
        Step::Reset,
        part(&[2, 3], json!({ "current_page": 2, "total_pages": 3 })),
        part(
            &[4],
            json!({ "current_page": 3, "next_page": null, "total_pages": 3 }),
        ),
    ])
    .await;
    let reply = client(&server.endpoint).ask(&question()).await;
    assert_eq!(ids(reply), [1, 2, 3, 4]);
    let requests = server.requests();
    let targets = requests.iter().map(|request| {
        let target = request.split(' ').nth(1).unwrap();
        target.rsplit('/').next().unwrap()
    });
    let targets: Vec<&str> = targets.collect();
    let expected = [
        "machines",
        "machines?page=2",
        "machines?page=2",
        "machines?page=3",
    ];
    assert_eq!(targets, expected);
}

#[tokio::test]
async fn a_list_without_an_end_is_an_error_and_not_half_a_fleet() {
    for next in [json!(1), json!(0)] {
        let again = part(&[1], json!({ "next_page": next }));
        let server = Faulty::start(vec![again]).await;
        let error = client(&server.endpoint).ask(&question()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed);
        assert_eq!(server.requests().len(), 1, "{error}");
    }
    let same = part(&[1], json!({ "next_page": 2 }));
    let server = Faulty::start(vec![same]).await;
    assert!(client(&server.endpoint).ask(&question()).await.is_err());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_list_has_no_more_parts_and_bytes_than_it_may() {
    let parts = |next: i64| part(&[next], json!({ "next_page": next }));
    for limits in [
        Limits {
            pages: 3,
            ..Limits::default()
        },
        Limits {
            answer: 300,
            ..Limits::default()
        },
    ] {
        let server = Faulty::start((2..9).map(parts).collect()).await;
        let client = Client::new(crate::client::Settings {
            limits,
            ..settings(&server.endpoint)
        });
        let error = client.unwrap().ask(&question()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed, "{error}");
        assert!(server.requests().len() <= 4, "{error}");
    }
}

#[tokio::test]
async fn only_lists_of_the_public_api_come_in_parts() {
    let machine = r#"{"machine":{"id":1,"uuid":"u","status":"ready"},"metadata":{"next_page":2}}"#;
    let server = Faulty::start(vec![Step::Send(answer("200 OK", machine))]).await;
    let get = Request::from(public::Request::GetMachine {
        machine: MachineId(1),
    });
    assert!(client(&server.endpoint).ask(&get).await.is_ok());
    assert_eq!(server.requests().len(), 1);
}
