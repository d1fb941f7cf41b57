//! Network profiles, over the public API. The fleet knows one by the name that it was made with, whatever it is called later.

use appliance::public::{Lookup, NetworkProfile, NetworkProfileId, NewNetworkProfile, Reply};
use appliance::{Error, ErrorKind, Text};

use super::kept::{invalid, unique};
use super::{Simulation, is_asked, missing, not_found};
use crate::scenario::{Change, MachineSetting, PoolSetting, is_name};

/// The place of profiles among the numbers that were given.
const PROFILES: usize = 0;

/// A profile, and what the fleet knows it by.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct KnownProfile {
    first_name: Text,
    pub(in crate::simulation) shown: NetworkProfile,
}

impl Simulation {
    /// The profiles that the scenario names are known from the start, although nobody told what is in them.
    pub(in crate::simulation) fn know_profiles(&mut self) {
        let blueprint = self.world.blueprint().clone();
        let of_machines = blueprint
            .machines()
            .filter_map(|machine| blueprint.network_profile(machine));
        let of_steps = blueprint.scenario().changes.iter();
        let of_steps = of_steps.filter_map(|change| match change {
            Change::Machine {
                setting: MachineSetting::NetworkProfile(name),
                ..
            }
            | Change::Pool {
                setting: PoolSetting::NetworkProfile(Some(name)),
                ..
            } => Some(name.as_str()),
            _ => None,
        });
        for name in of_machines.chain(of_steps) {
            self.know_profile(&Text::from(name));
        }
    }

    /// Makes a profile known that the fleet uses, if it is not.
    pub(in crate::simulation) fn know_profile(&mut self, name: &Text) {
        if self.profile_named(name).is_none() {
            self.keep_profile(name.clone(), &NewNetworkProfile::named(name.clone()));
        }
    }

    /// Every profile.
    pub(in crate::simulation) fn profiles(&self) -> Vec<NetworkProfile> {
        let known = self.store.profiles.iter();
        known.map(|known| known.shown.clone()).collect()
    }

    /// The number of a profile that the fleet uses.
    pub(super) fn profile_named(&self, first_name: &Text) -> Option<NetworkProfileId> {
        let mut known = self.store.profiles.iter();
        let found = known.find(|known| known.first_name == *first_name)?;
        Some(found.shown.id)
    }

    /// What the fleet knows a profile by.
    pub(super) fn profile_name(&self, id: NetworkProfileId) -> Result<Text, Error> {
        let place = self.place_of_profile(id)?;
        Ok(self.store.profiles[place].first_name.clone())
    }

    /// The same, of a profile that a body names.
    pub(super) fn profile_given(&self, id: NetworkProfileId) -> Result<Text, Error> {
        let name = self.profile_name(id);
        name.map_err(|_| invalid("network_profile_id", "does not exist"))
    }

    pub(super) fn profile(&self, asked: &Lookup<NetworkProfileId>) -> Result<Reply, Error> {
        let mut known = self.store.profiles.iter().map(|known| &known.shown);
        let found = known.find(|known| is_asked(asked, &known.id, &known.name));
        let found = found.ok_or_else(|| missing("network profile", asked, |id| id.0))?;
        Ok(Reply::NetworkProfile(found.clone().into()))
    }

    pub(super) fn create_profile(&mut self, new: &NewNetworkProfile) -> Result<Reply, Error> {
        self.check_profile(None, new)?;
        let mut first_name = new.name.clone();
        if self.profile_named(&first_name).is_some() {
            first_name = Text::from(format!("{} {}", new.name, self.store.made[PROFILES] + 1));
        }
        let profile = self.keep_profile(first_name, new);
        Ok(Reply::NetworkProfile(profile.into()))
    }

    pub(super) fn update_profile(
        &mut self,
        id: NetworkProfileId,
        changes: &NewNetworkProfile,
    ) -> Result<Reply, Error> {
        let place = self.place_of_profile(id)?;
        self.check_profile(Some(id), changes)?;
        let profile = &mut self.store.profiles[place].shown;
        profile.name.clone_from(&changes.name);
        if let Some(links) = &changes.links {
            profile.links.clone_from(links);
        }
        if let Some(uplinks) = &changes.uplinks {
            profile.uplinks.clone_from(uplinks);
        }
        Ok(Reply::NetworkProfile(profile.clone().into()))
    }

    pub(super) fn delete_profile(&mut self, id: NetworkProfileId) -> Result<Reply, Error> {
        let name = self.profile_name(id)?;
        let blueprint = self.world.blueprint();
        let mut machines = blueprint.machines();
        let mut pools = self.pools_there().into_iter();
        let mut depots = self.store.depot_profiles.values();
        let is_used = machines
            .any(|machine| blueprint.network_profile(machine) == Some(name.as_str()))
            || pools.any(|pool| self.profile_of_pool(pool).as_ref() == Some(&name))
            || depots.any(|known| *known == id);
        if is_used {
            let why = "machines or pools use the network profile";
            return Err(Error::new(ErrorKind::Conflict, why));
        }
        self.store.profiles.retain(|known| known.shown.id != id);
        Ok(Reply::Deleted(None))
    }

    fn check_profile(
        &self,
        own: Option<NetworkProfileId>,
        new: &NewNetworkProfile,
    ) -> Result<(), Error> {
        if !is_name(new.name.as_str()) {
            return Err(invalid("name", "is no name of a network profile"));
        }
        let others = self.store.profiles.iter().map(|known| &known.shown);
        let others = others.filter(|known| Some(known.id) != own);
        unique(&new.name, others.map(|known| &known.name))
    }

    fn keep_profile(&mut self, first_name: Text, new: &NewNetworkProfile) -> NetworkProfile {
        let shown = NetworkProfile {
            id: NetworkProfileId(self.store.next(PROFILES)),
            name: new.name.clone(),
            status: Text::from("ready"),
            links: new.links.clone().unwrap_or_default(),
            uplinks: new.uplinks.clone().unwrap_or_default(),
        };
        self.store.profiles.push(KnownProfile {
            first_name,
            shown: shown.clone(),
        });
        shown
    }

    fn place_of_profile(&self, id: NetworkProfileId) -> Result<usize, Error> {
        let mut known = self.store.profiles.iter();
        let place = known.position(|known| known.shown.id == id);
        place.ok_or_else(|| not_found("network profile", id.0))
    }
}
