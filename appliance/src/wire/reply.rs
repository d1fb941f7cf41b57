//! A reply as a response, and back.

use serde::Serialize;
use serde_json::{Map, Value};

use super::error::read_error;
use super::http::Response;
use super::public_reply;
use super::table::route_of;
use crate::{Error, ErrorKind, Reply, Request, public};

/// The response that answers `request` with `reply`.
///
/// # Errors
/// [`ErrorKind::Failed`], where the reply cannot be written.
pub fn write_reply(request: &Request, reply: &Reply) -> Result<Response, Error> {
    let body = match reply {
        Reply::Public(reply) if matches!(**reply, public::Reply::Deleted(None)) => None,
        Reply::Public(reply) => Some(json(&public_reply::write(reply)?)?),
        reply => Some(json(reply)?),
    };
    let status = match (request, &body) {
        (_, None) => 204,
        // Which of 200 and 201 meltcloud uses is not public; the provider takes both.
        (Request::Public(request), _) if makes(request) => 201,
        _ => 200,
    };
    Ok(Response { status, body })
}

fn makes(request: &public::Request) -> bool {
    matches!(
        request,
        public::Request::CreateMachine { .. }
            | public::Request::CreateCluster { .. }
            | public::Request::CreateMachinePool { .. }
            | public::Request::CreateNetworkProfile { .. }
            | public::Request::CreateEnrollmentImage { .. }
            | public::Request::CreateStored { .. }
    )
}

pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| {
        let why = format!("the answer cannot be written: {error}");
        Error::new(ErrorKind::Failed, why)
    })
}

/// What a response to `request` says.
///
/// # Errors
/// The error that it tells of; [`ErrorKind::Failed`] where it is no answer to the request.
pub fn read_reply(request: &Request, status: u16, body: &[u8]) -> Result<Reply, Error> {
    match (status, request) {
        (200..=299, Request::Public(request)) => public_reply::read(request, body).map(Reply::from),
        (200..=299, request) => read_extension(request, body),
        _ => Err(read_error(status, body)),
    }
}

fn read_extension(request: &Request, body: &[u8]) -> Result<Reply, Error> {
    let error = match serde_json::from_slice(body) {
        Ok(reply) => return Ok(reply),
        Err(error) => error,
    };
    // A newer appliance may say more beside it.
    let keys = route_of(request).map_or(&[][..], |route| route.row.answers);
    let mut read: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let known = keys.iter().find_map(|key| Some((key, read.remove(*key)?)));
    let Some((key, value)) = known else {
        return Err(unreadable(&error));
    };
    // Nothing but a list can be answered with `null`, which is an empty one.
    let value = if value.is_null() {
        Value::Array(Vec::new())
    } else {
        value
    };
    let only = Value::Object(Map::from_iter([((*key).to_owned(), value)]));
    serde_json::from_value(only).map_err(|error| unreadable(&error))
}

pub(super) fn unreadable(error: &serde_json::Error) -> Error {
    let why = format!("the answer cannot be read: {error}");
    Error::new(ErrorKind::Failed, why)
}
