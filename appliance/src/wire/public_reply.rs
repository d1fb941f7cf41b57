//! A reply of the public API as JSON, and back: the resource in its singular key, or several in their plural one, and
//! beside it the operation, where there is one.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::reply::unreadable;
use crate::public::{
    Cluster, EnrollmentImage, Operation, Reply, Request, Stored, StoredKind, WithOperation,
};
use crate::{Error, ErrorKind, Secret};

pub(super) fn write(reply: &Reply) -> Result<Value, Error> {
    match reply {
        Reply::Machines(all) => list("machines", all, value),
        Reply::Clusters(all) => list("clusters", all, cluster),
        Reply::EnrollmentImages(all) => list("enrollment_images", all, image),
        Reply::Machine(one) => single("machine", one, value),
        Reply::Cluster(one) => single("cluster", one, cluster),
        Reply::MachinePool(one) => single("machine_pool", one, value),
        Reply::NetworkProfile(one) => single("network_profile", one, value),
        Reply::EnrollmentImage(one) => single("enrollment_image", one, image),
        Reply::Stored(one) => single(one.resource.kind.about().singular, one, |one| {
            Ok(stored(one))
        }),
        Reply::Operation(operation) => Ok(object([("operation", value(operation)?)])),
        Reply::Deleted(operation) => {
            let operation = operation
                .iter()
                .map(|operation| Ok(("operation", value(operation)?)));
            Ok(object(operation.collect::<Result<Vec<_>, Error>>()?))
        }
    }
}

fn object<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn list<T>(key: &str, all: &[T], write: fn(&T) -> Result<Value, Error>) -> Result<Value, Error> {
    let all = all.iter().map(write).collect::<Result<Vec<_>, _>>()?;
    Ok(object([(key, Value::Array(all))]))
}

fn single<T>(
    key: &str,
    one: &WithOperation<T>,
    write: fn(&T) -> Result<Value, Error>,
) -> Result<Value, Error> {
    let mut entries = vec![(key, write(&one.resource)?)];
    if let Some(operation) = &one.operation {
        entries.push(("operation", value(operation)?));
    }
    Ok(object(entries))
}

fn value<T: Serialize>(value: &T) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|error| {
        let why = format!("the answer cannot be written: {error}");
        Error::new(ErrorKind::Failed, why)
    })
}

fn cluster(cluster: &Cluster) -> Result<Value, Error> {
    let secrets = [
        ("kubeconfig", &cluster.kubeconfig),
        ("kubeconfig_user", &cluster.kubeconfig_user),
    ];
    Ok(with_secrets(value(cluster)?, secrets))
}

fn image(image: &EnrollmentImage) -> Result<Value, Error> {
    let secrets = [
        ("http_url_iso_amd64", &image.http_url_iso_amd64),
        ("http_url_iso_arm64", &image.http_url_iso_arm64),
        ("https_url_iso_amd64", &image.https_url_iso_amd64),
        ("https_url_iso_arm64", &image.https_url_iso_arm64),
    ];
    Ok(with_secrets(value(image)?, secrets))
}

/// Secrets write themselves nowhere, so they are put in here.
fn with_secrets<const N: usize>(
    mut written: Value,
    secrets: [(&str, &Option<Secret>); N],
) -> Value {
    for (key, secret) in secrets {
        if let Some(secret) = secret {
            written[key] = Value::from(secret.reveal());
        }
    }
    written
}

fn stored(stored: &Stored) -> Value {
    let mut fields = stored.fields.as_map().clone();
    fields.insert("id".to_owned(), Value::from(stored.id));
    Value::Object(fields)
}

pub(super) fn read(request: &Request, body: &[u8]) -> Result<Reply, Error> {
    let body: Map<String, Value> = match body.trim_ascii() {
        b"" => Map::new(),
        body => serde_json::from_slice(body).map_err(|error| unreadable(&error))?,
    };
    match request {
        Request::ListMachines => items(body, "machines").map(Reply::Machines),
        Request::ListClusters => items(body, "clusters").map(Reply::Clusters),
        Request::ListEnrollmentImages => {
            items(body, "enrollment_images").map(Reply::EnrollmentImages)
        }
        Request::GetMachine { .. }
        | Request::CreateMachine { .. }
        | Request::UpdateMachine { .. } => with_operation(body, "machine").map(Reply::Machine),
        Request::GetCluster { .. }
        | Request::CreateCluster { .. }
        | Request::UpdateCluster { .. } => with_operation(body, "cluster")
            .map(Box::new)
            .map(Reply::Cluster),
        Request::GetMachinePool { .. }
        | Request::CreateMachinePool { .. }
        | Request::UpdateMachinePool { .. } => {
            with_operation(body, "machine_pool").map(Reply::MachinePool)
        }
        Request::GetNetworkProfile { .. }
        | Request::CreateNetworkProfile { .. }
        | Request::UpdateNetworkProfile { .. } => {
            with_operation(body, "network_profile").map(Reply::NetworkProfile)
        }
        Request::GetEnrollmentImage { .. } | Request::CreateEnrollmentImage { .. } => {
            with_operation(body, "enrollment_image")
                .map(Box::new)
                .map(Reply::EnrollmentImage)
        }
        Request::GetOperation { .. } => field(body, "operation").map(Reply::Operation),
        Request::GetStored { kind, .. }
        | Request::CreateStored { kind, .. }
        | Request::UpdateStored { kind, .. } => read_stored(body, *kind).map(Reply::Stored),
        Request::DeleteMachine { .. }
        | Request::DeleteCluster { .. }
        | Request::DeleteMachinePool { .. }
        | Request::DeleteNetworkProfile { .. }
        | Request::DeleteEnrollmentImage { .. }
        | Request::DeleteStored { .. } => operation(body).map(Reply::Deleted),
    }
}

fn field<T: DeserializeOwned>(mut body: Map<String, Value>, key: &str) -> Result<T, Error> {
    let Some(value) = body.remove(key) else {
        let why = format!("the answer cannot be read: it has no {key}");
        return Err(Error::new(ErrorKind::Failed, why));
    };
    serde_json::from_value(value).map_err(|error| unreadable(&error))
}

/// A list. `null` is an empty one; a missing key is another answer.
fn items<T: DeserializeOwned>(body: Map<String, Value>, key: &str) -> Result<Vec<T>, Error> {
    let all: Option<Vec<T>> = field(body, key)?;
    Ok(all.unwrap_or_default())
}

fn operation(mut body: Map<String, Value>) -> Result<Option<Operation>, Error> {
    let operation = body.remove("operation").unwrap_or_default();
    serde_json::from_value(operation).map_err(|error| unreadable(&error))
}

fn with_operation<T: DeserializeOwned>(
    mut body: Map<String, Value>,
    key: &str,
) -> Result<WithOperation<T>, Error> {
    let operation = operation(Map::from_iter(body.remove_entry("operation")))?;
    let resource = field(body, key)?;
    Ok(WithOperation {
        resource,
        operation,
    })
}

fn read_stored(body: Map<String, Value>, kind: StoredKind) -> Result<WithOperation<Stored>, Error> {
    let read: WithOperation<Map<String, Value>> = with_operation(body, kind.about().singular)?;
    let mut fields = read.resource;
    let Some(id) = fields.remove("id").as_ref().and_then(Value::as_i64) else {
        let why = format!(
            "the answer cannot be read: the {} has no id",
            kind.about().singular
        );
        return Err(Error::new(ErrorKind::Failed, why));
    };
    let resource = Stored {
        kind,
        id,
        fields: fields.into(),
    };
    Ok(WithOperation {
        resource,
        operation: read.operation,
    })
}
