//! Taking connections, limits on them, stopping.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use super::faults::{self, Abort};
use super::router::Server;

/// How long to wait after a connection could not be taken: where there are no files left, there are none at once.
const BREATH: Duration = Duration::from_millis(50);

impl Server {
    /// Serves until `stop` is there, then finishes what was asked, for at most [`super::Limits::stop_time`], and cuts off
    /// what takes longer. An order that is being carried out then goes on.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let room = Arc::new(Semaphore::new(self.settings.limits.connections));
        let open = GracefulShutdown::new();
        // Its end aborts them, so that no connection outlives the server.
        let mut connections = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let taken = tokio::select! {
                () = &mut stop => break,
                taken = take(&listener, &room) => taken,
            };
            match taken {
                Some((stream, permit)) => {
                    connections.spawn(self.attend(stream, permit, &open));
                }
                None => tokio::time::sleep(BREATH).await,
            }
            while connections.try_join_next().is_some() {}
        }
        drop(listener);
        self.stopping.send_replace(true);
        let finished = tokio::time::timeout(self.settings.limits.stop_time, open.shutdown());
        if finished.await.is_err() {
            connections.shutdown().await;
        }
    }

    /// What serves one connection.
    fn attend(
        &self,
        stream: TcpStream,
        permit: OwnedSemaphorePermit,
        open: &GracefulShutdown,
    ) -> impl Future<Output = ()> + Send + use<> {
        let limits = self.settings.limits;
        let router = self.router();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let router = router.clone();
            async move {
                let Ok(response) = router.oneshot(request.map(Body::new)).await;
                unless_aborted(response)
            }
        });
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.write_time));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_time)
            .max_buf_size(limits.head.max(8192))
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = open.watch(connection);
        async move {
            // A connection that ends badly concerns nobody but its client.
            let _ = connection.await;
            drop(permit);
        }
    }
}

/// The next connection, once there is room for one; `None` where it could not be taken.
async fn take(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    let (stream, _) = listener.accept().await.ok()?;
    // An event of a stream is small, and must not wait for the next. Where that cannot be had, it only is later.
    let _ = stream.set_nodelay(true);
    Some((stream, permit))
}

fn unless_aborted(response: Response<Body>) -> std::io::Result<Response<Body>> {
    if response.extensions().get::<Abort>().is_some() {
        return Err(faults::broken());
    }
    Ok(response)
}
