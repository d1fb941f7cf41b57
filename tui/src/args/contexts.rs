//! The commands about the appliances that are configured.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

#[derive(Debug, ClapArgs)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) what: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Write a file of contexts to fill in; one that is there is left alone
    Init,
    /// Print what holds and where it comes from; of a key only that
    Print {
        /// The context to print [default: all]
        #[arg(long, value_name = "C")]
        context: Option<String>,
    },
    /// Read everything that contexts name, and say every problem: exit code 2 if there is one
    Check {
        /// The context to check [default: all]
        #[arg(long, value_name = "C")]
        context: Option<String>,
        /// Also ask each appliance: exit code 3 if one does not answer
        #[arg(long)]
        online: bool,
    },
    /// Print where the file of contexts is
    Path,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Capture {
    /// The context to ask [default: the one that is configured]
    #[arg(long, value_name = "C")]
    pub(crate) context: Option<String>,
    /// The file to write; one that is there is left alone [default: the standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write the file even if it is there
    #[arg(long, requires = "output")]
    pub(crate) overwrite: bool,
    /// The model that says what the appliance does not tell [default: the context's]
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
}
