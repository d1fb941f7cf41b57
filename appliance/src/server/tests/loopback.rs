//! Connections, over loopback.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Little, extension, server};
use crate::server::{Fault, Limits, Outcome, Server, Settings};

/// A server on a port of its own, what stops it, and its end.
async fn started(server: Server) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let end = tokio::spawn(server.serve(listener, async {
        let _ = stopped.await;
    }));
    (address, stop, end)
}

/// One of a fleet without machines, with these limits.
async fn limited(limits: Limits) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let settings = Settings {
        limits,
        ..Settings::default()
    };
    started(server(&Little::empty(), settings)).await
}

/// Everything that comes after a request, until the connection ends.
async fn all_after(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    // A connection that is cut may be reset.
    let _ = stream.read_to_end(&mut read).await;
    String::from_utf8(read).unwrap()
}

fn list(more: &str) -> String {
    let path = extension("machines");
    format!("GET {path} HTTP/1.1\r\nhost: nest\r\nconnection: close\r\n{more}\r\n")
}

#[tokio::test]
async fn a_fleet_is_end_over_loopback_until_it_is_stopped() {
    let answerer = Little::empty();
    let (address, stop, end) = started(server(&answerer, Settings::default())).await;
    let answer = all_after(address, &list("")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n{\"machines\":[]}"), "{answer}");
    let nonsense = all_after(address, "nonsense\r\n\r\n").await;
    assert!(nonsense.starts_with("HTTP/1.1 400 "), "{nonsense}");
    stop.send(()).unwrap();
    end.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_connection_ends_on_purpose_before_and_within_an_answer() {
    let answerer = Little::empty();
    let (address, _stop, _end) = started(server(&answerer, Settings::default())).await;
    let goes_wrong = |outcome| {
        answerer.goes_wrong(Fault {
            outcome,
            ..Fault::default()
        });
    };
    goes_wrong(Outcome::Drop);
    assert_eq!(all_after(address, &list("")).await, "");
    goes_wrong(Outcome::Half);
    let half = all_after(address, &list("")).await;
    assert!(
        half.contains("{\"machi") && !half.contains("nes\":[]}"),
        "{half}"
    );
    assert!(!half.ends_with("0\r\n\r\n"), "{half}");
    goes_wrong(Outcome::Answer);
    assert!(all_after(address, &list("")).await.contains("200 OK"));
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let limits = Limits {
        head: 8192,
        ..Limits::default()
    };
    let (address, _stop, _end) = limited(limits).await;
    let long = format!("x-long: {}\r\n", "x".repeat(20_000));
    let refused = all_after(address, &list(&long)).await;
    assert!(
        refused.is_empty() || refused.starts_with("HTTP/1.1 431 "),
        "{refused}"
    );
    let many = all_after(address, &list(&"x-many: x\r\n".repeat(200))).await;
    assert!(many.starts_with("HTTP/1.1 431 "), "{many}");
}

#[tokio::test]
async fn a_body_that_says_that_it_is_too_large_is_not_waited_for() {
    let (address, _stop, _end) = limited(Limits::default()).await;
    let head = list("content-type: application/json\r\ncontent-length: 99999999999\r\n");
    let refused = all_after(address, &head.replacen("GET", "POST", 1)).await;
    assert!(refused.starts_with("HTTP/1.1 413 "), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_is_not_waited_for_for_ever() {
    let (address, _stop, _end) = started(server(&Little::empty(), Settings::default())).await;
    let before = tokio::time::Instant::now();
    let unfinished = all_after(address, "GET / HTTP/1.1\r\n").await;
    assert!(
        unfinished.is_empty() || unfinished.starts_with("HTTP/1.1 408 "),
        "{unfinished}"
    );
    assert!(before.elapsed() >= Limits::default().head_time);
}

#[tokio::test]
async fn no_more_connections_are_open_than_may_be() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let (address, _stop, _end) = limited(limits).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first
        .write_all(list("").replace("connection: close\r\n", "").as_bytes())
        .await
        .unwrap();
    let mut some = [0; 12];
    first.read_exact(&mut some).await.unwrap();
    assert_eq!(&some, b"HTTP/1.1 200");
    let request = list("");
    let mut second = Box::pin(all_after(address, &request));
    tokio::select! {
        biased;
        answer = &mut second => panic!("{answer}"),
        () = turns(200) => {}
    }
    drop(first);
    assert!(second.await.starts_with("HTTP/1.1 200 OK"));
}

/// Lets everything else that can go on do so, again and again.
async fn turns(count: usize) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_connection_that_rests_is_closed_after_a_while() {
    let limits = Limits {
        head_time: Duration::from_millis(1),
        ..Limits::default()
    };
    let (address, _stop, _end) = limited(limits).await;
    let stays = list("").replace("connection: close\r\n", "");
    let answer = all_after(address, &stays).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn whoever_takes_longer_than_a_stop_may_is_cut_off() {
    let (go, wait) = mpsc::channel::<()>();
    let (asked, is_asked) = mpsc::channel();
    let answerer = Little::new(move |_| {
        let _ = asked.send(());
        let _ = wait.recv();
        Ok(crate::Reply::Machines(Vec::new()))
    });
    let limits = Limits {
        stop_time: Duration::ZERO,
        ..Limits::default()
    };
    let (address, stop, end) = started(server(
        &answerer,
        Settings {
            limits,
            ..Settings::default()
        },
    ))
    .await;
    let request = list("");
    let mut asking = Box::pin(all_after(address, &request));
    while is_asked.try_recv().is_err() {
        tokio::select! {
            biased;
            answer = &mut asking => panic!("{answer}"),
            () = tokio::task::yield_now() => {}
        }
    }
    stop.send(()).unwrap();
    end.await.unwrap();
    tokio::select! {
        biased;
        answer = &mut asking => assert_eq!(answer, ""),
        () = turns(10_000) => panic!("the connection outlives the server"),
    }
    drop(go);
}

#[tokio::test]
async fn stopping_ends_streams_and_lets_answers_be_finished() {
    let limits = Limits {
        stop_time: Duration::from_secs(3600),
        ..Limits::default()
    };
    let answerer = Little::new(|_| Ok(crate::Reply::Events(Vec::new())));
    let (address, stop, end) = started(server(
        &answerer,
        Settings {
            limits,
            ..Settings::default()
        },
    ))
    .await;
    let path = extension("events/stream");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nhost: nest\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut some = [0; 12];
    stream.read_exact(&mut some).await.unwrap();
    stop.send(()).unwrap();
    end.await.unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "{rest}");
}
