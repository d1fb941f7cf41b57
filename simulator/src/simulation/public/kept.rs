//! Network profiles, enrollment images and objects that are only kept, over the public API.

use appliance::public::{
    EnrollmentImage, EnrollmentImageId, Fields, Lookup, NewEnrollmentImage, Patch, Reply, Request,
    Stored, StoredKind, WithOperation,
};
use appliance::{ClusterId, Error, ErrorKind, Secret, Text};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::channels::Channel;
use super::made::minor_of;
use super::{Simulation, missing, not_found};
use crate::engine::EntityKey;
use crate::scenario::rfc3339;
use crate::simulation::store::Store;

/// The place of images among the numbers that were given.
const IMAGES: usize = 1;

impl Simulation {
    /// Answers a request about something that is only kept.
    pub(super) fn answer_kept(&mut self, request: &Request) -> Result<Reply, Error> {
        match request {
            Request::GetNetworkProfile { network_profile } => self.profile(network_profile),
            Request::CreateNetworkProfile { new } => self.create_profile(new),
            Request::UpdateNetworkProfile {
                network_profile,
                changes,
            } => self.update_profile(*network_profile, changes),
            Request::DeleteNetworkProfile { network_profile } => {
                self.delete_profile(*network_profile)
            }
            Request::ListEnrollmentImages => Ok(Reply::EnrollmentImages(self.store.images.clone())),
            Request::GetEnrollmentImage { enrollment_image } => {
                let place = self.image(*enrollment_image)?;
                let image = self.store.images[place].clone();
                Ok(Reply::EnrollmentImage(Box::new(image.into())))
            }
            Request::CreateEnrollmentImage { new } => self.create_image(new),
            Request::DeleteEnrollmentImage { enrollment_image } => {
                let place = self.image(*enrollment_image)?;
                self.store.images.remove(place);
                Ok(Reply::Deleted(None))
            }
            Request::GetStored {
                kind,
                parent,
                object,
            } => {
                let place = self.object(*kind, *parent, object)?;
                Ok(Reply::Stored(self.store.objects[place].clone().into()))
            }
            Request::CreateStored { kind, parent, new } => self.create_object(*kind, *parent, new),
            Request::UpdateStored {
                kind,
                parent,
                object,
                changes,
            } => self.update_object((*kind, *parent, *object), changes),
            Request::DeleteStored {
                kind,
                parent,
                object,
            } => self.delete_object(*kind, *parent, *object),
            _ => Err(Error::new(
                ErrorKind::Rejected,
                "this is nothing that is only kept",
            )),
        }
    }

    fn image(&self, id: EnrollmentImageId) -> Result<usize, Error> {
        let place = self.store.images.iter().position(|known| known.id == id);
        place.ok_or_else(|| not_found("enrollment image", id.0))
    }

    fn create_image(&mut self, new: &NewEnrollmentImage) -> Result<Reply, Error> {
        unique(&new.name, self.store.images.iter().map(|known| &known.name))?;
        if let Some(profile) = new.network_profile_id {
            self.profile_given(profile)?;
        }
        let disks = [&new.install_disk_device, &new.install_disk_mirror_device];
        let is_mirrored = new.install_disk_mirror.unwrap_or_default();
        if is_mirrored && disks.iter().any(|disk| disk.is_none()) {
            return Err(invalid("install_disk_mirror", "takes both disks"));
        }
        let calendar = &self.world.blueprint().scenario().calendar;
        let expires: Timestamp = new
            .expires_at
            .as_str()
            .parse()
            .map_err(|_| invalid("expires_at", "is no time, as 2026-11-10T12:49:07Z"))?;
        let expires = expires.to_zoned(calendar.starts().time_zone().clone());
        let id = self.store.next(IMAGES);
        let [high, low] = ["token-high", "token-low"]
            .map(|half| EntityKey::of(&[half, new.name.as_str(), &id.to_string()]).number());
        let url = |scheme: &str, machine: &str| {
            let token = format!("{high:016x}{:08x}", low >> 32);
            let url = format!("{scheme}://appliance.invalid/enroll/{id}/{token}/{machine}.iso");
            Some(Secret::new(url))
        };
        let is_http = new.enable_http.unwrap_or_default();
        let http = |machine| is_http.then(|| url("http", machine)).flatten();
        let image = EnrollmentImage {
            id: EnrollmentImageId(id),
            name: new.name.clone(),
            expires_at: Text::from(rfc3339(&expires)),
            status: Text::from("ready"),
            install_disk_device: new.install_disk_device.clone(),
            install_disk_force_overwrite: new.install_disk_force_overwrite.unwrap_or_default(),
            vlan: new.vlan,
            enable_http: is_http,
            http_url_iso_amd64: http("amd64"),
            http_url_iso_arm64: http("arm64"),
            https_url_iso_amd64: url("https", "amd64"),
            https_url_iso_arm64: url("https", "arm64"),
            last_used_at: None,
            install_disk_mirror: new.install_disk_mirror,
            install_disk_mirror_device: new.install_disk_mirror_device.clone(),
            network_profile_id: new.network_profile_id,
        };
        self.store.images.push(image.clone());
        let operation = self.store.operate("create-enrollment-image");
        Ok(Reply::EnrollmentImage(Box::new(WithOperation {
            resource: image,
            operation: Some(operation),
        })))
    }

    /// The place of an object under what it belongs to.
    fn object(
        &self,
        kind: StoredKind,
        parent: Option<i64>,
        asked: &Lookup<i64>,
    ) -> Result<usize, Error> {
        let about = kind.about();
        let is_it = |object: &Stored| {
            let name = object.fields.get("name").and_then(Value::as_str);
            let is_named = match asked {
                Lookup::Id(id) => object.id == *id,
                Lookup::Name(asked) => {
                    name.is_some_and(|name| name.eq_ignore_ascii_case(asked.as_str()))
                }
            };
            let of = about
                .parent
                .and_then(|field| object.fields.get(field)?.as_i64());
            object.kind == kind && is_named && of == parent
        };
        let place = self.store.objects.iter().position(is_it);
        place.ok_or_else(|| missing(&about.singular.replace('_', " "), asked, |id| id))
    }

    fn create_object(
        &mut self,
        kind: StoredKind,
        parent: Option<i64>,
        new: &Fields,
    ) -> Result<Reply, Error> {
        let about = kind.about();
        self.check_parent(kind, parent)?;
        new.check_new(about)?;
        self.check_references(kind, new)?;
        let siblings = self.store.objects.iter().filter(|known| {
            let of = about
                .parent
                .and_then(|field| known.fields.get(field)?.as_i64());
            // A quota's name is unique in its fleet.
            let fleet = |fields: &Fields| fields.get("elastic_fleet_id").cloned();
            let is_of_fleet =
                kind != StoredKind::ElasticQuota || fleet(&known.fields) == fleet(new);
            known.kind == kind && of == parent && is_of_fleet
        });
        let name_of = |fields: &Fields| Some(Text::from(fields.get("name")?.as_str()?));
        let taken: Vec<Text> = siblings
            .filter_map(|known| name_of(&known.fields))
            .collect();
        if let Some(name) = name_of(new) {
            unique(&name, taken.iter())?;
        }
        let mut fields: Map<String, Value> = new.clone().into();
        for field in about.fields {
            fields.entry(field.name).or_insert(Value::Null);
        }
        if let (Some(field), Some(parent)) = (about.parent, parent) {
            fields.insert(field.to_owned(), parent.into());
        }
        if about.fields.iter().any(|field| field.name == "status") {
            fields.insert("status".to_owned(), "ready".into());
        }
        if kind == StoredKind::ElasticNodePool {
            self.settle_versions(&Channel::default(), new, &mut fields)?;
        }
        let object = Stored {
            kind,
            id: self.store.next(Store::place(kind)),
            fields: Fields::from(fields),
        };
        self.store.objects.push(object.clone());
        Ok(Reply::Stored(object.into()))
    }

    fn update_object(
        &mut self,
        (kind, parent, id): (StoredKind, Option<i64>, i64),
        changes: &Fields,
    ) -> Result<Reply, Error> {
        let place = self.object(kind, parent, &Lookup::Id(id))?;
        changes.check_changes(kind.about())?;
        let before = &self.store.objects[place].fields;
        let channel = Channel::of_fields(before);
        let mut fields: Map<String, Value> = before.clone().into();
        for field in kind.about().fields {
            if !field.given.is_changeable() {
                continue;
            }
            if let Some(value) = changes.as_map().get(field.name) {
                fields.insert(field.name.to_owned(), value.clone());
            }
        }
        if kind == StoredKind::ElasticNodePool {
            self.settle_versions(&channel, changes, &mut fields)?;
        }
        let object = &mut self.store.objects[place];
        object.fields = Fields::from(fields);
        Ok(Reply::Stored(object.clone().into()))
    }

    /// That there is what the fields of an object name.
    fn check_references(&self, kind: StoredKind, fields: &Fields) -> Result<(), Error> {
        for (field, of) in uses(kind) {
            let Some(id) = fields.get(field).and_then(Value::as_i64) else {
                continue;
            };
            let mut known = self.store.objects.iter();
            if !known.any(|object| object.kind == *of && object.id == id) {
                return Err(invalid(field, "does not exist"));
            }
        }
        let cluster = fields.get("cluster_id").and_then(Value::as_i64);
        match cluster.map(|id| self.cluster(ClusterId(id))) {
            Some(Err(_)) if kind == StoredKind::ElasticFleet => {
                Err(invalid("cluster_id", "does not exist"))
            }
            _ => Ok(()),
        }
    }

    /// What the appliance adds to a node pool that is made or changed: its channel, versions and bundle.
    fn settle_versions(
        &self,
        before: &Channel,
        given: &Fields,
        fields: &mut Map<String, Value>,
    ) -> Result<(), Error> {
        let text = |field| given.get(field).and_then(Value::as_str).map(Text::from);
        let pinned = match (given.as_map().get("manual_version"), text("manual_version")) {
            (_, Some(bundle)) => Patch::Set(bundle),
            (Some(_), None) => Patch::Clear,
            (None, None) => Patch::Keep,
        };
        let channel = before.changed(text("release_channel").as_ref(), &pinned)?;
        let minor = fields
            .get("version")
            .and_then(Value::as_str)
            .map(Text::from);
        let patch = match (channel.version(), &minor) {
            (Some(pinned), _) => Some(pinned),
            (None, Some(minor)) => Some(self.patch_of(minor)),
            (None, None) => None,
        };
        let minor = patch.as_ref().map(|patch| Text::from(minor_of(patch)));
        let bundle = patch.as_ref().map(|patch| channel.bundle(patch));
        let settled = [
            ("version", minor),
            ("patch_version", patch),
            ("kubernetes_bundle", bundle),
            ("manual_version", channel.pinned),
            ("release_channel", Some(channel.name)),
        ];
        for (field, value) in settled {
            let value = value.map_or(Value::Null, |text| Value::from(text.as_str()));
            fields.insert(field.to_owned(), value);
        }
        Ok(())
    }

    fn delete_object(
        &mut self,
        kind: StoredKind,
        parent: Option<i64>,
        id: i64,
    ) -> Result<Reply, Error> {
        let place = self.object(kind, parent, &Lookup::Id(id))?;
        let needs_it = |object: &&Stored| {
            uses(object.kind)
                .iter()
                .any(|(field, of)| *of == kind && object.fields.get(field) == Some(&id.into()))
        };
        if let Some(dependent) = self.store.objects.iter().find(needs_it) {
            let (dependent, kind) = (dependent.kind.about().singular, kind.about().singular);
            let why = format!("the {kind} is needed by an existing {dependent}").replace('_', " ");
            return Err(Error::new(ErrorKind::Conflict, why));
        }
        self.store.objects.remove(place);
        Ok(Reply::Deleted(None))
    }

    /// That there is what an object is to belong to.
    fn check_parent(&self, kind: StoredKind, parent: Option<i64>) -> Result<(), Error> {
        match (kind, parent) {
            (StoredKind::ElasticNodePool, Some(cluster)) => {
                self.cluster(ClusterId(cluster)).map(drop)
            }
            (StoredKind::Subnet, Some(network)) => {
                let network = Lookup::Id(network);
                self.object(StoredKind::Network, None, &network).map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// Which fields of a kind name objects of which other kinds.
fn uses(kind: StoredKind) -> &'static [(&'static str, StoredKind)] {
    match kind {
        StoredKind::ElasticQuota => &[("elastic_fleet_id", StoredKind::ElasticFleet)],
        StoredKind::ElasticNodePool => &[("elastic_quota_id", StoredKind::ElasticQuota)],
        StoredKind::Subnet => &[
            ("network_id", StoredKind::Network),
            ("ip_pool_id", StoredKind::IpPool),
        ],
        StoredKind::ElasticFleet | StoredKind::Network | StoredKind::IpPool => &[],
    }
}

/// That nothing of the kind has the name. Names are compared without regard to case.
pub(super) fn unique<'n>(
    name: &Text,
    mut names: impl Iterator<Item = &'n Text>,
) -> Result<(), Error> {
    let is_same = |known: &Text| known.as_str().eq_ignore_ascii_case(name.as_str());
    if names.any(is_same) {
        let error = invalid("name", "has already been taken");
        return Err(error.with_code("value_already_exist"));
    }
    Ok(())
}

/// That a field of a request is not what it should be.
pub(super) fn invalid(field: &str, why: &str) -> Error {
    Error::new(ErrorKind::Rejected, format!("{field} {why}")).with_detail(field, why)
}
