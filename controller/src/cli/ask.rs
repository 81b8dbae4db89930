//! Commands that ask a running controller and print what it says.

use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use serde::de::DeserializeOwned;
use serde_json::json;

use super::client::{AskError, Client, Where, read, segment};
use super::tables::{self, Table};
use crate::northbound::model::{
    AppView, FlowView, GroupView, HostView, LinkView, NoticeView, PathsView, SwitchView,
};

/// Where to ask and how to answer.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Plain {
    #[command(flatten)]
    pub(super) place: Where,
    /// The controller's JSON as it is
    #[arg(long)]
    pub(super) json: bool,
}

/// `flows`.
#[derive(Debug, clap::Args)]
pub(super) struct FlowsCommand {
    /// Name or datapath id; all switches if absent
    switch: Option<String>,
    /// Only those of this app (`core`: the controller's own)
    #[arg(long, value_name = "APP")]
    owner: Option<String>,
    /// Only those that stand so
    #[arg(long, value_parser = [
        "installed", "pending", "rejected", "reactive", "unclaimed", "foreign",
    ])]
    status: Option<String>,
    #[command(flatten)]
    plain: Plain,
}

/// `groups`.
#[derive(Debug, clap::Args)]
pub(super) struct GroupsCommand {
    /// Name or datapath id
    switch: String,
    #[command(flatten)]
    plain: Plain,
}

/// `path`.
#[derive(Debug, clap::Args)]
pub(super) struct PathCommand {
    /// A host (name, IP or MAC address) or a switch (name or datapath id)
    #[arg(value_name = "A")]
    from: String,
    /// The same
    #[arg(value_name = "B")]
    to: String,
    /// How many paths to show, the shortest first
    #[arg(short, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    k: u8,
    #[command(flatten)]
    plain: Plain,
}

/// `apps`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct AppsCommand {
    #[command(subcommand)]
    change: Option<AppsChange>,
    #[command(flatten)]
    plain: Plain,
}

#[derive(Debug, clap::Subcommand)]
enum AppsChange {
    /// Start an app
    Start(OneApp),
    /// Stop an app: its rules are withdrawn
    Stop(OneApp),
}

#[derive(Debug, clap::Args)]
struct OneApp {
    /// Its name
    name: String,
    #[command(flatten)]
    plain: Plain,
}

pub(super) fn switches(ask: &Plain) -> anyhow::Result<ExitCode> {
    show(ask, "/switches", &[], |all: Vec<SwitchView>| {
        tables::switches(&all)
    })
}

pub(super) fn links(ask: &Plain) -> anyhow::Result<ExitCode> {
    show(ask, "/links", &[], |all: Vec<LinkView>| tables::links(&all))
}

pub(super) fn hosts(ask: &Plain) -> anyhow::Result<ExitCode> {
    let now = SystemTime::now();
    show(ask, "/hosts", &[], |all: Vec<HostView>| {
        tables::hosts(&all, now)
    })
}

pub(super) fn flows(command: &FlowsCommand) -> anyhow::Result<ExitCode> {
    let filters = [
        ("dpid", &command.switch),
        ("owner", &command.owner),
        ("status", &command.status),
    ];
    let query: Vec<(&str, &str)> = filters
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_deref()?)))
        .collect();
    let table = |all: Vec<FlowView>| tables::flows(&all);
    show(&command.plain, "/flows", &query, table)
}

pub(super) fn groups(command: &GroupsCommand) -> anyhow::Result<ExitCode> {
    let path = format!("/switches/{}/groups", segment(&command.switch));
    let table = |all: Vec<GroupView>| tables::groups(&all);
    show(&command.plain, &path, &[], table)
}

pub(super) fn path(command: &PathCommand) -> anyhow::Result<ExitCode> {
    let k = command.k.to_string();
    let query = [
        ("from", command.from.as_str()),
        ("to", &command.to),
        ("k", &k),
    ];
    let ends = (command.from.as_str(), command.to.as_str());
    let Some(body) = ask(&command.plain, "/paths", &query)? else {
        return Ok(ExitCode::SUCCESS);
    };
    let found: PathsView = read(&body)?;
    anyhow::ensure!(
        !found.paths.is_empty(),
        "there is no path between `{}` and `{}` now",
        ends.0,
        ends.1
    );
    print(tables::paths(&found, ends))
}

pub(super) fn apps(command: &AppsCommand) -> anyhow::Result<ExitCode> {
    let now = SystemTime::now();
    let (one, running) = match &command.change {
        None => {
            let table = |all: Vec<AppView>| tables::apps(&all, now);
            return show(&command.plain, "/apps", &[], table);
        }
        Some(AppsChange::Start(one)) => (one, true),
        Some(AppsChange::Stop(one)) => (one, false),
    };
    let path = format!("/apps/{}", segment(&one.name));
    let body = wait(async {
        let client = Client::new(&one.plain.place)?;
        client.patch(&path, &json!({"running": running})).await
    })?;
    if one.plain.json {
        return print_json(&body);
    }
    print(tables::apps(&[read(&body)?], now))
}

pub(super) fn pools(ask: &Plain) -> anyhow::Result<ExitCode> {
    show(ask, "/pools", &[], |all: Vec<serde_json::Value>| {
        tables::pools(&all)
    })
}

pub(super) fn notices(ask: &Plain) -> anyhow::Result<ExitCode> {
    show(ask, "/notices", &[], |all: Vec<NoticeView>| {
        tables::notices(&all)
    })
}

fn show<T: DeserializeOwned>(
    plain: &Plain,
    path: &str,
    query: &[(&str, &str)],
    table: impl FnOnce(T) -> Table,
) -> anyhow::Result<ExitCode> {
    match ask(plain, path, query)? {
        Some(body) => print(table(read(&body)?)),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// The body, or `None` when it was printed as JSON already.
fn ask(plain: &Plain, path: &str, query: &[(&str, &str)]) -> anyhow::Result<Option<String>> {
    let body = wait(async { Client::new(&plain.place)?.get(path, query).await })?;
    if plain.json {
        print_json(&body)?;
        return Ok(None);
    }
    Ok(Some(body))
}

/// One question needs no threads.
pub(super) fn wait<T>(work: impl Future<Output = Result<T, AskError>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work)?)
}

pub(super) fn print_json(body: &str) -> anyhow::Result<ExitCode> {
    writeln!(io::stdout().lock(), "{}", body.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn print(table: Table) -> anyhow::Result<ExitCode> {
    write!(io::stdout().lock(), "{}", table.render(coloured()))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether who reads the output wants colours.
pub(super) fn coloured() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
