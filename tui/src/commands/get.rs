//! `meltdeck get`: what an appliance tells of its fleet.

mod asked;
mod lists;
mod printed;

use appliance::{ErrorKind, Request};

use super::live;
use crate::args::{Format, Get, Resource};
use crate::live::Telling;
use crate::settings;
use crate::streams::{Answer, Failure, Streams};
use asked::Fleet;
use lists::List;

pub(super) fn run(args: &Get, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    check(args)?;
    let (one, many) = words(args.resource);
    let context = settings::chosen(args.context.as_deref())?;
    let appliance = live::open(&context)?;
    let request = request(args);
    let telling = appliance
        .tells(&request)
        .map_err(|error| live::refused(&format!("list {many}"), &error))?;
    let partly = match telling {
        Telling::Whole => None,
        Telling::Partly(limit) => Some(limit),
        Telling::Not(why) => return Err(Failure::Appliance(format!("meltdeck: {why}"))),
    };
    let fleet = Fleet::ask(&appliance, args.resource, &request);
    live::tell_troubles(&appliance, streams)?;
    let fleet = fleet.map_err(|error| match error.kind() {
        // Nothing else than the zone is asked in words that somebody typed.
        ErrorKind::Rejected | ErrorKind::NotFound if args.timezone.is_some() => {
            Failure::Question(format!("meltdeck: --timezone: {error}"))
        }
        _ => live::refused(&format!("list {many}"), &error),
    })?;
    let mut list = List::of(args.resource, &fleet);
    if let Some(pool) = &args.pool {
        list.keep_of_pool(&fleet, pool)?;
    }
    if let Some(cluster) = &args.cluster {
        list.keep_of_cluster(&fleet, cluster)?;
    }
    if let Some(only) = &args.only {
        list.keep(only);
        if list.rows.is_empty() {
            writeln!(streams.err, "meltdeck: there is no {one} {only:?}")?;
            tell_limit(partly, streams)?;
            return Ok(Answer::No);
        }
    }
    if list.rows.is_empty() && args.output == Format::Table {
        writeln!(streams.err, "no {many}")?;
    } else {
        printed::write(&list, many, partly, args.output, streams)?;
    }
    tell_limit(partly, streams)?;
    Ok(Answer::Done)
}

fn tell_limit(partly: Option<&str>, streams: &mut Streams<'_>) -> std::io::Result<()> {
    match partly {
        Some(limit) => writeln!(streams.err, "this appliance does not tell all: {limit}"),
        None => Ok(()),
    }
}

/// That every option means something for what is asked.
fn check(args: &Get) -> Result<(), Failure> {
    use Resource::{Budgets, Machines, Operations, Pools, Revisions, Windows};
    let resource = args.resource;
    let of_pools = matches!(resource, Machines | Operations | Revisions | Windows);
    let of_clusters = of_pools || matches!(resource, Pools | Budgets);
    let options = [
        ("--pool", args.pool.is_some(), of_pools),
        ("--cluster", args.cluster.is_some(), of_clusters),
        ("--timezone", args.timezone.is_some(), resource == Windows),
    ];
    let wrong = options
        .iter()
        .find(|(_, is_given, fits)| *is_given && !fits);
    let Some((option, ..)) = wrong else {
        return Ok(());
    };
    let (_, many) = words(resource);
    let why = format!("meltdeck: {option} means nothing for {many}");
    Err(Failure::Question(why))
}

/// What one and many of a resource are called.
fn words(resource: Resource) -> (&'static str, &'static str) {
    match resource {
        Resource::Clusters => ("cluster", "clusters"),
        Resource::Pools => ("pool", "pools"),
        Resource::Machines => ("machine", "machines"),
        Resource::Operations => ("operation", "operations"),
        Resource::Revisions => ("revision of a pool", "revisions"),
        Resource::Windows => ("window of a pool", "windows"),
        Resource::Budgets => ("disruption budget", "budgets"),
        Resource::NetworkProfiles => ("network profile", "network-profiles"),
        Resource::EnrollmentImages => ("enrollment image", "enrollment-images"),
    }
}

fn request(args: &Get) -> Request {
    /// Openings of each pool.
    const OPENINGS: u32 = 5;
    match args.resource {
        Resource::Clusters => Request::ListClusters,
        Resource::Pools => Request::ListMachinePools,
        Resource::Machines => Request::ListMachines,
        Resource::Operations => Request::ListOperations,
        Resource::Revisions => Request::ListRevisions,
        Resource::Windows => Request::ListWindows {
            timezone: args.timezone.as_deref().unwrap_or("UTC").into(),
            most: OPENINGS,
        },
        Resource::Budgets => Request::ListBudgets,
        Resource::NetworkProfiles => Request::ListNetworkProfiles,
        Resource::EnrollmentImages => appliance::public::Request::ListEnrollmentImages.into(),
    }
}
