//! The commands that ask an appliance.

use std::time::Duration;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use jiff::SignedDuration;

#[derive(Debug, ClapArgs)]
pub(crate) struct Get {
    /// What to list
    #[arg(value_enum, value_name = "RESOURCE")]
    pub(crate) resource: Resource,
    /// Only what has this name or number
    #[arg(value_name = "NAME|ID")]
    pub(crate) only: Option<String>,
    /// Only what belongs to this pool, by its name or number
    #[arg(long, value_name = "NAME|ID")]
    pub(crate) pool: Option<String>,
    /// Only what belongs to this cluster, by its name or number
    #[arg(long, value_name = "NAME|ID")]
    pub(crate) cluster: Option<String>,
    /// The zone of the dates of windows, as "Europe/Zurich" [default: the context's, or UTC]
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
    /// The context whose appliance is asked [default: the configured one]
    #[arg(long, value_name = "NAME", conflicts_with = "all_contexts")]
    pub(crate) context: Option<String>,
    /// Ask every configured context, all at once, and say of each row whose it is; windows have dates of UTC there
    #[arg(short = 'A', long)]
    pub(crate) all_contexts: bool,
}

/// What an appliance can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Resource {
    /// Kubernetes control planes
    #[value(aliases = ["cluster", "c"])]
    Clusters,
    /// Machine pools
    #[value(aliases = ["pool", "p", "machine-pools", "machine-pool"])]
    Pools,
    /// Machines
    #[value(aliases = ["machine", "m"])]
    Machines,
    /// Operations
    #[value(aliases = ["operation", "op", "ops"])]
    Operations,
    /// Revisions of pools
    #[value(aliases = ["revision", "rev"])]
    Revisions,
    /// Maintenance windows
    #[value(aliases = ["window", "w"])]
    Windows,
    /// Disruption budgets
    #[value(aliases = ["budget", "pdb"])]
    Budgets,
    /// Network profiles
    #[value(aliases = ["network-profile", "np"])]
    NetworkProfiles,
    /// Enrollment images
    #[value(aliases = ["enrollment-image", "image", "images"])]
    EnrollmentImages,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// For programs, and for people who read much
    Yaml,
    /// For spreadsheets: the table's columns
    Csv,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Watch {
    #[command(subcommand)]
    pub(crate) what: Watched,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Watched {
    /// Print each change of an operation until it ends: exit code 1 unless it succeeds
    #[command(aliases = ["operations", "op"])]
    Operation {
        /// Its number
        #[arg(value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
        id: i64,
        /// Give it up after so long, with exit code 1, as "30m"; the operation goes on [default: never]
        #[arg(long, value_name = "DURATION", value_parser = duration)]
        timeout: Option<Duration>,
        /// The context whose appliance is asked [default: the configured one]
        #[arg(long, value_name = "NAME")]
        context: Option<String>,
    },
}

fn duration(text: &str) -> Result<Duration, String> {
    let read = text.parse::<SignedDuration>().ok();
    let read = read.and_then(|read| Duration::try_from(read).ok());
    let read = read.filter(|read| !read.is_zero());
    read.ok_or_else(|| "a duration is needed, as \"90s\" or \"1h 30m\"".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit_and_is_more_than_nothing() {
        assert_eq!(duration("30m"), Ok(Duration::from_secs(1800)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5400)));
        for wrong in ["", "30", "0s", "-5m", "soon"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
