//! Who is trusted.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::faulty::json;
use super::{no_machines, order, question, settings};
use crate::client::{Client, Settings};
use crate::{Error, ErrorKind, Reply, Request};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A file with this in it, which goes with the folder.
fn file(name: &str, content: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// A server for this name with a certificate of this authority, and its endpoint.
async fn serve(authority: &Authority, name: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Whoever does not trust it hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let _ = stream.read(&mut [0; 4096]).await;
            let answer = json("200 OK", r#"{"machines":[]}"#);
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    endpoint
}

async fn ask(settings: Settings, request: &Request) -> Result<Reply, Error> {
    Client::new(settings).unwrap().ask(request).await
}

#[tokio::test]
async fn the_given_authority_is_trusted_and_no_other() {
    let own = authority();
    let endpoint = serve(&own, "127.0.0.1").await;
    let trusting = |path: PathBuf| Settings {
        ca_file: Some(path),
        ..settings(&endpoint)
    };
    let (_folder, path) = file("own.pem", &own.pem());
    assert_eq!(ask(trusting(path), &question()).await, Ok(no_machines()));
    let (_folder, path) = file("other.pem", &authority().pem());
    for request in [question(), order()] {
        let error = ask(trusting(path.clone()), &request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Insecure, "{error}");
        let says = format!("no secure connection to {endpoint}: ");
        assert!(error.to_string().starts_with(&says), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_is_for_a_name() {
    let own = authority();
    let endpoint = serve(&own, "nest.example").await;
    let (_folder, path) = file("own.pem", &own.pem());
    let mut settings = Settings {
        ca_file: Some(path),
        ..settings(&endpoint)
    };
    let error = ask(settings.clone(), &question()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Insecure, "{error}");
    settings.skip_verify = true;
    assert_eq!(ask(settings, &question()).await, Ok(no_machines()));
}

#[tokio::test]
async fn who_speaks_no_encryption_is_not_secure() {
    let plain = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("https://{}", plain.local_addr().unwrap());
    let mut settings = settings(&endpoint);
    settings.skip_verify = true;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let _ = stream.read(&mut [0; 4096]).await;
        }
    });
    let error = ask(settings, &question()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Insecure, "{error}");
    assert!(
        error
            .to_string()
            .contains("speaks no TLS; is its address http://?"),
        "{error}"
    );
}

#[test]
fn a_file_without_certificates_is_named() {
    let (_folder, empty) = file("empty.pem", "");
    let (folder, broken) = file(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    );
    let missing = folder.path().join("missing.pem");
    for (path, says) in [
        (empty, "holds no PEM certificate"),
        (broken, "broken.pem"),
        (missing, "cannot be read"),
    ] {
        let settings = Settings {
            ca_file: Some(path.clone()),
            ..settings("https://nest")
        };
        let error = Client::new(settings).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        let error = error.to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
        assert!(error.contains(says), "{error}");
    }
}
