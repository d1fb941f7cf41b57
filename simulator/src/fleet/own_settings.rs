//! What is set on single machines (host name, labels, network profile) and the revisions of machines that this makes.
//!
//! A machine revision references the revision of the pool that the machine has then. It is made when the machine's turn
//! comes, in a rollout of the pool as well, with what is set on the machine; what was only saved on it stays saved.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::{ChangeEvent, MachineEvent, Observer};
use super::task::{Action, Task};
use super::world::World;
use super::{MachineIndex, OperationIndex, PoolIndex, pool_at};
use crate::scenario::{Change, MachineSetting};

/// What is set on a machine; `None`: nothing, and it is as the scenario has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Its host name.
    pub hostname: Option<Arc<str>>,
    /// Its own labels, all of them.
    pub labels: Option<Arc<BTreeMap<String, String>>>,
    /// Its network profile.
    pub network_profile: Option<Arc<str>>,
}

/// What is known of a machine beside what the scenario says of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dossier {
    /// What it runs with.
    pub running: Settings,
    /// What it ran with before its last boot into another revision.
    previous: Settings,
    /// What its next boot brings, if that is something else.
    desired: Option<Settings>,
    /// A revision that was saved and not applied: its number and what is in it.
    pub saved: Option<(u32, Settings)>,
    /// The pool that it goes to when it boots an enrollment image.
    pub pool: Option<PoolIndex>,
}

/// The numbers of a machine's own revisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Of the one that it runs.
    pub running: u32,
    /// Of the one that its next boot brings.
    pub(super) desired: u32,
    /// Of the one that it ran before.
    pub(super) previous: u32,
    /// The largest that there is.
    newest: u32,
}

impl Settings {
    /// The same with one more change.
    fn with(&self, setting: &MachineSetting) -> Self {
        let mut with = self.clone();
        match setting {
            MachineSetting::Hostname(name) => with.hostname = Some(Arc::from(name.as_str())),
            MachineSetting::Labels(labels) => with.labels = Some(Arc::new(labels.clone())),
            MachineSetting::NetworkProfile(profile) => {
                with.network_profile = Some(Arc::from(profile.as_str()));
            }
        }
        with
    }
}

impl Numbers {
    /// The first revision of a machine.
    pub(super) fn first() -> Self {
        Self {
            running: 1,
            desired: 1,
            previous: 1,
            newest: 1,
        }
    }

    /// One more.
    fn make(&mut self) -> u32 {
        self.newest += 1;
        self.newest
    }

    /// Whether the next boot brings another revision of the machine than it runs.
    pub(super) fn is_new(self) -> bool {
        self.running != self.desired
    }
}

impl World {
    /// What is known of a machine beside what the scenario says; `None`: nothing.
    pub fn dossier(&self, index: MachineIndex) -> Option<&Dossier> {
        self.dossiers.get(&index.0)
    }

    /// What is set on a machine now.
    pub fn settings(&self, index: MachineIndex) -> Settings {
        let dossier = self.dossier(index);
        dossier.map_or(Settings::default(), |dossier| dossier.running.clone())
    }

    /// Whether another machine has this host name, or is to get it.
    pub(super) fn is_name_taken(&self, name: &str, but: MachineIndex) -> bool {
        let is_named = |settings: &Settings| settings.hostname.as_deref() == Some(name);
        let is_coming = self.dossiers.iter().any(|(machine, dossier)| {
            let saved = dossier.saved.as_ref().map(|(_, settings)| settings);
            let mut coming = dossier.desired.iter().chain(saved);
            *machine != but.0 && coming.any(is_named)
        });
        let is_asked_for = |task: &Task| match self.blueprint.change(task.change) {
            Change::Machine {
                setting: MachineSetting::Hostname(asked),
                ..
            } => task.machine != but && asked == name,
            _ => false,
        };
        let open = self.operations.iter().filter(|about| about.ended.is_none());
        let mut tasks = open.filter_map(|about| about.task.as_ref());
        let mut others = self.blueprint.machines().filter(|other| *other != but);
        is_coming
            || tasks.any(is_asked_for)
            || others.any(|other| self.blueprint.machine_name(other) == name)
    }

    /// The machines that the scenario has preregistered know their pools.
    pub(super) fn prepare_machines(&mut self) {
        let blueprint = Arc::clone(&self.blueprint);
        for machine in blueprint.machines_from_depots() {
            let prepared = blueprint
                .depot_of(machine)
                .and_then(|depot| depot.prepared_pool);
            if let Some(pool) = prepared {
                self.dossiers.entry(machine.0).or_default().pool = Some(pool_at(pool));
            }
        }
    }

    /// The number of the machine's own revision that it was asked for and does not run, and what is set in it.
    pub fn asked_for(&self, index: MachineIndex) -> Option<(u32, Settings)> {
        let machine = self.machine(index);
        if machine.numbers.is_new() {
            return Some((machine.numbers.desired, self.coming(index)));
        }
        // What it was asked for itself is known before its turn comes.
        let pool = &self.pools[machine.pool.at()];
        let open = pool.going_on.iter().chain(&pool.queue);
        let mut tasks = open.filter_map(|operation| self.operation(*operation).task);
        let task = tasks.find(|task| task.machine == index)?;
        if task.applies_saved {
            return self.dossier(index)?.saved.clone();
        }
        let Change::Machine { setting, .. } = self.blueprint.change(task.change) else {
            return None;
        };
        let settings = self.coming(index).with(setting);
        Some((machine.numbers.newest + 1, settings))
    }

    /// What the next boot of a machine brings.
    fn coming(&self, index: MachineIndex) -> Settings {
        let dossier = self.dossier(index);
        let desired = dossier.and_then(|dossier| dossier.desired.clone());
        desired.unwrap_or_else(|| self.settings(index))
    }

    /// Saves a change of a machine for later, as a revision of its own. Returns its number.
    pub(super) fn save<O: Observer>(
        &mut self,
        index: MachineIndex,
        setting: &MachineSetting,
        observer: &mut O,
    ) -> u32 {
        let number = self.machines[index.at()].numbers.make();
        let coming = self.coming(index);
        let dossier = self.dossiers.entry(index.0).or_default();
        let base = dossier.saved.take().map_or(coming, |(_, saved)| saved);
        dossier.saved = Some((number, base.with(setting)));
        self.tell_of(index, observer, || {
            MachineEvent::Change(ChangeEvent::RevisionSaved { number })
        });
        number
    }

    /// What was saved on a machine comes with its next boot, whatever that is for.
    pub fn bring_saved(&mut self, index: MachineIndex) {
        let Some(dossier) = self.dossiers.get_mut(&index.0) else {
            return;
        };
        if let Some((_, settings)) = dossier.saved.take() {
            dossier.desired = Some(settings);
        }
    }

    /// What a machine that has never booted will boot with.
    pub(super) fn prepare<O: Observer>(
        &mut self,
        index: MachineIndex,
        setting: &MachineSetting,
        observer: &mut O,
    ) {
        let before = self.settings(index);
        let prepared = before.with(setting);
        self.dossiers.entry(index.0).or_default().running = prepared;
        self.lay_settings(index, &before, observer);
    }

    /// The machine's turn has come in an operation: it gets a revision of its own, unless it has it already.
    pub(super) fn make_revision(&mut self, index: MachineIndex, operation: OperationIndex) {
        let about = self.operation(operation);
        let (task, revision) = (about.task, about.revision);
        let machine = self.machine(index);
        let has_begun = machine.attempt > 0 && machine.numbers.is_new();
        let is_other = task.is_some() || machine.desired != revision;
        if has_begun || !is_other {
            return;
        }
        let coming = self
            .dossier(index)
            .is_some_and(|dossier| dossier.desired.is_some());
        if task.is_none() && machine.revision == revision && !coming {
            // It was to boot another and has not: what it runs is what is asked for.
            self.machines[index.at()].numbers.desired = machine.numbers.running;
            return;
        }
        let number = match task {
            Some(task) => self.desire(index, task),
            None => self.machines[index.at()].numbers.make(),
        };
        self.machines[index.at()].numbers.desired = number;
    }

    /// What a task sets on its machine is what the machine's next boot brings. Returns the number of the revision.
    fn desire(&mut self, index: MachineIndex, task: Task) -> u32 {
        let coming = self.coming(index);
        let dossier = self.dossiers.entry(index.0).or_default();
        if task.applies_saved
            && let Some((number, settings)) = dossier.saved.take()
        {
            dossier.desired = Some(settings);
            return number;
        }
        if let Change::Machine { setting, .. } = self.blueprint.change(task.change) {
            dossier.desired = Some(coming.with(setting));
        }
        self.machines[index.at()].numbers.make()
    }

    /// A machine has booted: what was set for this boot holds from now on.
    pub(super) fn adopt_settings<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let numbers = &mut self.machines[index.at()].numbers;
        if !numbers.is_new() {
            return;
        }
        numbers.previous = numbers.running;
        numbers.running = numbers.desired;
        let Some(dossier) = self.dossiers.get_mut(&index.0) else {
            return;
        };
        dossier.previous = dossier.running.clone();
        if let Some(desired) = dossier.desired.take() {
            dossier.running = desired;
        }
        let before = dossier.previous.clone();
        self.lay_settings(index, &before, observer);
    }

    /// A machine has booted what it ran before.
    pub(super) fn take_settings_back<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) {
        let numbers = &mut self.machines[index.at()].numbers;
        if numbers.running == numbers.previous {
            return;
        }
        numbers.running = numbers.previous;
        let Some(dossier) = self.dossiers.get_mut(&index.0) else {
            return;
        };
        let before = std::mem::replace(&mut dossier.running, dossier.previous.clone());
        self.lay_settings(index, &before, observer);
    }

    /// What was to come with the next boot does not.
    pub(super) fn keep_settings(&mut self, index: MachineIndex) {
        let numbers = &mut self.machines[index.at()].numbers;
        numbers.desired = numbers.running;
        if let Some(dossier) = self.dossiers.get_mut(&index.0) {
            dossier.desired = None;
        }
    }

    /// Tells everybody what is set on a machine now, where that is another than before.
    fn lay_settings<O: Observer>(
        &mut self,
        index: MachineIndex,
        before: &Settings,
        observer: &mut O,
    ) {
        let now = self.settings(index);
        if now.hostname != before.hostname {
            let name = now
                .hostname
                .unwrap_or_else(|| self.blueprint.first_name(index).into());
            self.lay_name(index, name, observer);
            self.tell_of(index, observer, || {
                MachineEvent::Change(ChangeEvent::Renamed)
            });
        }
        if now.labels != before.labels {
            let labels = now
                .labels
                .unwrap_or_else(|| self.blueprint.first_labels(index));
            self.lay_labels(index, labels, observer);
            self.tell_of(index, observer, || {
                MachineEvent::Change(ChangeEvent::Labelled)
            });
        }
        if now.network_profile != before.network_profile {
            self.lay_profile(index, now.network_profile, observer);
            self.tell_of(index, observer, || {
                MachineEvent::Change(ChangeEvent::NetworkProfileSet)
            });
        }
    }
}

/// The task that a setting asks for.
pub(super) fn action_of(setting: &MachineSetting) -> Action {
    match setting {
        MachineSetting::Hostname(_) => Action::SetHostname,
        MachineSetting::Labels(_) => Action::SetLabels,
        MachineSetting::NetworkProfile(_) => Action::SetNetworkProfile,
    }
}
