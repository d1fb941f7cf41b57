//! The revisions that a machine came to run: of its pools, and its own.

use appliance::{Component, MachineRevision, RevisionRecord, Text};

use super::Simulation;
use super::journal::Adoption;
use super::store::operation_id;
use crate::fleet::{MachineIndex, Settings};

impl Simulation {
    /// The revision of its pool that a machine ran at the start; `None` for one that was in no pool.
    pub(super) fn first_revision(&self, index: MachineIndex) -> Option<u32> {
        let blueprint = self.world.blueprint();
        let home = blueprint.reference(index).pool;
        let pool = blueprint.scenario().pools.get(home);
        pool.map(|pool| pool.revision)
    }

    /// Every revision of its pools that a machine came to run, the oldest first.
    pub(super) fn revision_records(&self, index: MachineIndex) -> Vec<RevisionRecord> {
        let first = self.first_revision(index).map(|revision| RevisionRecord {
            revision,
            at_ms: 0,
            operation_id: None,
        });
        let mut records: Vec<_> = first.into_iter().collect();
        for adoption in self.journal.adoptions(index) {
            let is_same = records
                .last()
                .is_some_and(|last| last.revision == adoption.revision);
            if adoption.revision > 0 && !is_same {
                records.push(RevisionRecord {
                    revision: adoption.revision,
                    at_ms: adoption.at.as_millis(),
                    operation_id: adoption.operation.map(operation_id),
                });
            }
        }
        records
    }

    /// The machine's own revisions: every one that it came to run, and the one that was saved for it.
    pub(super) fn own_revisions(&self, index: MachineIndex) -> Vec<MachineRevision> {
        let first = self.first_revision(index).map(|revision| MachineRevision {
            number: 1,
            revision: Some(revision),
            settings: Vec::new(),
            is_pending: false,
            at_ms: 0,
        });
        let run = |adoption: &Adoption| MachineRevision {
            number: adoption.number,
            revision: Some(adoption.revision).filter(|revision| *revision > 0),
            settings: told(&adoption.settings),
            is_pending: false,
            at_ms: adoption.at.as_millis(),
        };
        let dossier = self.world.dossier(index);
        let saved = dossier.and_then(|dossier| dossier.saved.as_ref());
        let machine = self.world.machine(index);
        let saved = saved.map(|(number, settings)| MachineRevision {
            number: *number,
            revision: Some(machine.desired).filter(|revision| *revision > 0),
            settings: told(settings),
            is_pending: true,
            at_ms: self.journal.saved_at(index).as_millis(),
        });
        let later = self.journal.adoptions(index).iter().map(run);
        first.into_iter().chain(later).chain(saved).collect()
    }
}

/// What is set on a machine, as names and values.
fn told(settings: &Settings) -> Vec<Component> {
    let mut told = Vec::new();
    let mut tell = |name: &str, value: String| {
        told.push(Component {
            name: Text::from(name),
            version: Text::from(value),
        });
    };
    if let Some(name) = &settings.hostname {
        tell("host name", name.to_string());
    }
    if let Some(labels) = &settings.labels {
        let each = labels.iter().map(|(key, value)| format!("{key}={value}"));
        tell("labels", each.collect::<Vec<_>>().join(","));
    }
    if let Some(profile) = &settings.network_profile {
        tell("network profile", profile.to_string());
    }
    told
}
