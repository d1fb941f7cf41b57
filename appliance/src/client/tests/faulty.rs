//! A server that does with each request what its script says.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of one request.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// These bytes; the connection stays.
    Send(Vec<u8>),
    /// These bytes, and the end of the connection.
    Cut(Vec<u8>),
    /// These bytes, and then nothing, for ever.
    Rest(Vec<u8>),
    /// The connection is reset.
    Reset,
}

/// The server. It is gone when the test is.
pub(super) struct Faulty {
    pub(super) endpoint: String,
    state: Arc<State>,
}

struct State {
    script: Mutex<std::vec::IntoIter<Step>>,
    last: Step,
    requests: Mutex<Vec<String>>,
    connections: Mutex<u32>,
}

impl Faulty {
    /// Starts one. When the script is over, its last step is done again and again.
    pub(super) async fn start(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            last: script.last().unwrap().clone(),
            script: Mutex::new(script.into_iter()),
            requests: Mutex::default(),
            connections: Mutex::default(),
        });
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *serving.connections.lock().unwrap() += 1;
                tokio::spawn(Arc::clone(&serving).serve(stream));
            }
        });
        Self { endpoint, state }
    }

    /// Everything that was sent since the last time, head and body.
    pub(super) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.requests.lock().unwrap())
    }

    /// How many connections there were.
    pub(super) fn connections(&self) -> u32 {
        *self.state.connections.lock().unwrap()
    }
}

impl State {
    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        while let Some(request) = request(&mut stream).await {
            self.requests.lock().unwrap().push(request);
            let next = self.script.lock().unwrap().next();
            match next.unwrap_or_else(|| self.last.clone()) {
                Step::Send(bytes) => stream.write_all(&bytes).await.unwrap(),
                Step::Cut(bytes) => {
                    // Whoever has read enough may be gone.
                    let _ = stream.write_all(&bytes).await;
                    return;
                }
                Step::Rest(bytes) => {
                    stream.write_all(&bytes).await.unwrap();
                    std::future::pending::<()>().await;
                }
                Step::Reset => {
                    stream.set_zero_linger().unwrap();
                    return;
                }
            }
        }
    }
}

/// The next request of a connection, head and body; `None` at its end.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Some(String::from_utf8(read).unwrap());
            }
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}

/// A whole response.
pub(super) fn response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").into_bytes()
}

/// A whole response of JSON.
pub(super) fn json(status: &str, body: &str) -> Vec<u8> {
    response(status, "content-type: application/json\r\n", body)
}

/// An empty list of machines.
pub(super) fn nothing() -> Step {
    Step::Send(json("200 OK", r#"{"machines":[]}"#))
}
