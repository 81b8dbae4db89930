//! The command line. Errors go to standard error and exit 1; wrong usage exits 2.

mod ask;
mod client;
mod decode;
mod demo;
mod follow;
mod known;
pub mod lab;
mod mininet;
mod run;
mod shell;
mod tables;
pub mod topology;
mod trace;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::ask::{AppsCommand, FlowsCommand, GroupsCommand, PathCommand, Plain};
use self::follow::EventsCommand;
use self::run::{DemoCommand, LabCommand, RunArgs};
use self::topology::TopologyArgs;
use self::trace::TraceCommand;

/// A software-defined networking controller
#[derive(Debug, Parser)]
#[command(
    name = "pointsman",
    version,
    after_help = "Where Mininet starts `controller` or `ovs-testcontroller`, `pointsman ptcp:6653` \
                  takes their place."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the controller
    Run(RunArgs),
    /// Run the controller and an emulated network in one process: no root, no Open vSwitch
    Demo(DemoCommand),
    /// Run the controller and a network of Open vSwitches under Mininet (needs root)
    Lab(LabCommand),
    /// List switches
    Switches(Plain),
    /// List links between switches
    Links(Plain),
    /// List hosts
    Hosts(Plain),
    /// List flow entries, wanted and actual
    Flows(FlowsCommand),
    /// List groups
    Groups(GroupsCommand),
    /// Show paths between two hosts or switches
    Path(PathCommand),
    /// Show what a packet between two hosts would meet, from the tables on the switches
    Trace(TraceCommand),
    /// List apps, start or stop one
    Apps(AppsCommand),
    /// List the load balancer's pools
    Pools(Plain),
    /// List what the controller has to say: refused rules, stolen datapath ids
    Notices(Plain),
    /// Follow what happens
    Events(EventsCommand),
    /// Print a network a generator, the catalog or a file describes
    Topology(TopologyArgs),
    /// Decode OpenFlow messages: hex lines on standard input, JSON lines on standard output
    Decode,
}

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let outcome = match mininet::controller_args(&arguments[1..]) {
        Some(Ok(mininet)) => run::as_mininets_controller(mininet),
        Some(Err(wrong)) => {
            eprintln!("error: {wrong}");
            return ExitCode::from(2);
        }
        None => dispatch(Cli::parse_from(arguments).command),
    };
    outcome.unwrap_or_else(|error| {
        if is_broken_pipe(&error) {
            return ExitCode::SUCCESS;
        }
        // What follows on standard error is the end of it.
        let _ = writeln!(io::stderr(), "error: {error:#}");
        ExitCode::FAILURE
    })
}

fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(args) => run::run(args),
        Command::Demo(command) => run::demo(command),
        Command::Lab(command) => run::lab(command),
        Command::Switches(ask) => ask::switches(&ask),
        Command::Links(ask) => ask::links(&ask),
        Command::Hosts(ask) => ask::hosts(&ask),
        Command::Flows(command) => ask::flows(&command),
        Command::Groups(command) => ask::groups(&command),
        Command::Path(command) => ask::path(&command),
        Command::Trace(command) => trace::trace(&command),
        Command::Apps(command) => ask::apps(&command),
        Command::Pools(ask) => ask::pools(&ask),
        Command::Notices(ask) => ask::notices(&ask),
        Command::Events(command) => follow::events(&command),
        Command::Topology(command) => topology::run(&command),
        Command::Decode => decode::decode(io::stdin().lock(), io::stdout().lock()),
    }
}

/// Whoever read our output has read enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref().map(io::Error::kind);
    let json = || error.downcast_ref::<serde_json::Error>()?.io_error_kind();
    io.or_else(json) == Some(ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_names_every_command_there_is() {
        insta::assert_snapshot!(Cli::command().render_help());
    }

    #[test]
    fn run_says_what_it_takes() {
        let mut cli = Cli::command();
        cli.build();
        let run = cli.find_subcommand_mut("run").unwrap();
        insta::assert_snapshot!(run.render_long_help());
    }
}
