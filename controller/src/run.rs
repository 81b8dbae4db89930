//! The whole controller, wired: what `main` runs, tests start on port 0, and a third party starts
//! with apps of its own.
//!
//! Started in the order in which parts need each other: store, network, rules, apps, and then the
//! two ends, southbound and northbound, so that everything is there when the first switch connects.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app_api::{Annotations, Snapshot};
use app_load_balancer::LbMessage;
use serde_json::Value;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::config::{FileConfig, OpenflowSection};
use crate::metrics::Metrics;
use crate::network::{self, NetworkConfig, NetworkHandle, RestoredHost};
use crate::northbound::{self, AccessConfig, AppDesk, Northbound, Parts};
use crate::notices::{Notices, Severity};
use crate::rules;
use crate::runtime::{
    AppError, AppHandle, AppHost, AppState, Events, Registry, RegistryError, Surroundings,
};
use crate::southbound::{self, SouthboundConfig, Switches};
use crate::store::{self, AppMemory, AppPlan, Restored, Store, StoreError};
use crate::words::{explain, suggestion};

/// OpenFlow's port by IANA, and the one from before it had one, which Mininet knows.
const OPENFLOW_PORTS: [u16; 2] = [6653, 6633];
const HTTP_PORT: u16 = 8080;
const DEFAULT_APPS: [&str; 1] = ["routing"];

/// Everything that can be chosen.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunConfig {
    /// Where to listen for switches; `None`: 127.0.0.1, ports 6653 and 6633, or the one of them
    /// that is free.
    pub openflow: Option<Vec<SocketAddr>>,
    /// Where to serve HTTP; `None`: 127.0.0.1:8080.
    pub http: Option<SocketAddr>,
    /// Take any free port where [`RunConfig::http`] is `None` and 8080 is in use.
    pub http_fallback: bool,
    pub access: AccessConfig,
    /// Apps to run, the first one's rules win.
    pub apps: Vec<String>,
    /// Settings by name of the app.
    pub settings: BTreeMap<String, Value>,
    pub data: Data,
    pub network: NetworkConfig,
    /// Deadlines and limits; its addresses are not looked at.
    pub southbound: SouthboundConfig,
}

/// Where to keep what survives a restart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Data {
    /// Where the system keeps such things; done without if that cannot be.
    #[default]
    Default,
    /// There, and an error if that cannot be.
    At(PathBuf),
    /// Nowhere.
    Nowhere,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            openflow: None,
            http: None,
            http_fallback: false,
            access: AccessConfig::default(),
            apps: DEFAULT_APPS.map(str::to_owned).into(),
            settings: BTreeMap::new(),
            data: Data::Default,
            network: NetworkConfig::default(),
            southbound: SouthboundConfig::default(),
        }
    }
}

impl RunConfig {
    /// What a file says, defaults elsewhere. Names of apps are checked when they are known.
    #[must_use]
    pub fn from_file(file: FileConfig) -> Self {
        let defaults = Self::default();
        let mut network = defaults.network;
        if let Some(idle) = file.network.host_idle_s {
            network.host_idle = Duration::from_secs(idle.into());
        }
        if let Some(every) = file.network.counters_every_ms {
            network.counters_every = Duration::from_millis(every.into());
        }
        Self {
            southbound: southbound_settings(defaults.southbound, &file.openflow),
            openflow: file.openflow.listen,
            http: file.http.listen,
            access: AccessConfig {
                token: file.http.token,
                origins: file.http.origins,
                hosts: file.http.hosts,
            },
            apps: file.apps.run.unwrap_or(defaults.apps),
            settings: file.apps.settings,
            data: file.data.dir.map_or(Data::Default, Data::At),
            network,
            http_fallback: false,
        }
    }
}

fn southbound_settings(defaults: SouthboundConfig, file: &OpenflowSection) -> SouthboundConfig {
    let seconds = |given: Option<u16>, default: Duration| {
        given.map_or(default, |seconds| Duration::from_secs(seconds.into()))
    };
    SouthboundConfig {
        handshake: seconds(file.handshake_s, defaults.handshake),
        echo_after: seconds(file.echo_after_s, defaults.echo_after),
        dead_after: seconds(file.dead_after_s, defaults.dead_after),
        max_connections: file
            .max_connections
            .map_or(defaults.max_connections, usize::from),
        ..defaults
    }
}

/// What keeps the controller from starting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    #[error("{address} is in use: another controller? Choose another with {flag} ADDRESS:PORT")]
    InUse {
        address: SocketAddr,
        /// That chooses another.
        flag: &'static str,
    },
    #[error("cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("there is no app `{name}`{hint}")]
    NoSuchApp { name: String, hint: String },
    #[error("{}", settings_text(app, source))]
    Settings { app: String, source: AppError },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("cannot start the apps: {0}")]
    Apps(#[from] AppError),
}

/// In the words of the configuration file, where the settings are.
fn settings_text(app: &str, error: &AppError) -> String {
    let AppError::Config(wrong) = error else {
        return format!("app {app}: {error}");
    };
    let path = match wrong.field.as_str() {
        "" => format!("apps.{app}"),
        field => format!("apps.{app}.{field}"),
    };
    explain(&path, &wrong.problem).text
}

/// A running controller. Dropping it does not stop it: see [`Controller::shutdown`].
#[derive(Debug)]
pub struct Controller {
    openflow: Vec<SocketAddr>,
    northbound: Northbound,
    network: NetworkHandle,
    apps: AppHost,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Parts that all others are given.
#[derive(Debug, Clone)]
struct Base {
    switches: Switches,
    metrics: Arc<Metrics>,
    notices: Notices,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Controller {
    /// Starts it with the apps that come with it.
    ///
    /// # Errors
    /// See [`StartError`]; then nothing is left running.
    pub async fn start(config: RunConfig) -> Result<Self, StartError> {
        Self::start_with(config, Registry::default()).await
    }

    /// Starts it with more apps.
    ///
    /// # Errors
    /// See [`StartError`]; then nothing is left running.
    pub async fn start_with(config: RunConfig, registry: Registry) -> Result<Self, StartError> {
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let started = Self::wire(config, registry, stop.clone(), tasks.clone()).await;
        if started.is_err() {
            stop.cancel();
            tasks.close();
            tasks.wait().await;
        }
        started
    }

    async fn wire(
        config: RunConfig,
        mut registry: Registry,
        stop: CancellationToken,
        tasks: TaskTracker,
    ) -> Result<Self, StartError> {
        let pools = add_builtin(&mut registry)?;
        let order = known_apps(&config, &registry)?;
        // What can be refused comes before what would have to be undone.
        let openflow = openflow_addresses(config.openflow.as_deref())?;
        let listener = http_listener(config.http, config.http_fallback).await?;
        let (store, restored) = open_store(&config.data)?;
        let base = Base {
            switches: Switches::default(),
            metrics: Metrics::new(),
            notices: Notices::default(),
            stop,
            tasks,
        };
        let network = start_network(&config.network, &base, restored).await;
        if let Some(store) = store.clone() {
            let follower = store::follow(store, network.clone(), base.stop.clone());
            base.tasks.spawn(follower);
        }
        let events = Events::default();
        let rules = start_rules(&order, &network, &events, &base);
        let surroundings = surroundings(&network, events, &rules, &base);
        let apps = AppHost::new(registry, &config.apps, surroundings)?;
        let memory = AppMemory::new(store, plans(&config, &order));
        start_apps(&apps, &order, &memory, &base.notices).await?;
        let services = services(&network, &rules, &apps, &base);
        let openflow = listen_for_switches(openflow, config.southbound, services).await?;
        let parts = Parts {
            network: network.clone(),
            switches: base.switches.clone(),
            apps: AppDesk::new(apps.clone(), rules.clone(), memory),
            rules,
            pools,
            notices: base.notices.clone(),
            metrics: Arc::clone(&base.metrics),
            openflow: openflow.clone(),
        };
        let northbound = northbound::start(listener, config.access, parts, &base.stop, &base.tasks)
            .map_err(|error| not_listening(loopback(HTTP_PORT), "--http", error))?;
        northbound.set_ready();
        info!(?openflow, http = %northbound.address, "started");
        Ok(Self {
            openflow,
            northbound,
            network,
            apps,
            stop: base.stop,
            tasks: base.tasks,
        })
    }

    /// Where switches connect, in the order asked for.
    #[must_use]
    pub fn openflow(&self) -> &[SocketAddr] {
        &self.openflow
    }

    /// Where the dashboard, the API and metrics are.
    #[must_use]
    pub fn http(&self) -> SocketAddr {
        self.northbound.address
    }

    /// The network now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.network.snapshot()
    }

    /// Names of the apps that run.
    #[must_use]
    pub fn running_apps(&self) -> Vec<String> {
        let running = |app: &crate::runtime::AppInfo| app.state == AppState::Running;
        let apps = self.apps.apps();
        apps.iter()
            .filter(|app| running(app))
            .map(|app| app.name.to_string())
            .collect()
    }

    /// Closes every connection and ends every task; flow entries stay on the switches. After the
    /// deadline what still runs is left behind.
    pub async fn shutdown(self, deadline: Duration) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(deadline, self.tasks.wait())
            .await
            .is_err()
        {
            warn!(tasks = self.tasks.len(), "not all tasks ended in time");
        }
    }
}

/// The apps that come with the controller; answers with the load balancer's ear.
fn add_builtin(registry: &mut Registry) -> Result<AppHandle<LbMessage>, RegistryError> {
    registry.add(
        "routing",
        "Connects all hosts over shortest paths, around failures, without loops",
        app_routing::Routing::new,
    )?;
    registry.add(
        "learning-switch",
        "Makes every switch a learning switch of its own; loops must be kept out",
        app_learning_switch::LearningSwitch::new,
    )?;
    registry.add(
        "load-balancer",
        "Shares the clients of virtual addresses out over pools of servers",
        app_load_balancer::LoadBalancer::new,
    )
}

/// All apps in the order of precedence. Apps and settings of apps there are none of are errors.
fn known_apps(config: &RunConfig, registry: &Registry) -> Result<Vec<Arc<str>>, StartError> {
    let all = registry.in_order(&[])?;
    let names: Vec<&str> = all.iter().map(|name| &**name).collect();
    for name in config.apps.iter().chain(config.settings.keys()) {
        if !names.contains(&name.as_str()) {
            return Err(StartError::NoSuchApp {
                name: name.clone(),
                hint: suggestion(name, &names),
            });
        }
    }
    for name in config
        .settings
        .keys()
        .filter(|name| !config.apps.contains(name))
    {
        warn!(
            app = name,
            "it has settings but is not among the apps to run"
        );
    }
    Ok(registry.in_order(&config.apps)?)
}

fn plans(config: &RunConfig, order: &[Arc<str>]) -> BTreeMap<String, AppPlan> {
    let plan = |name: &Arc<str>| AppPlan {
        running: config.apps.iter().any(|app| **app == **name),
        settings: config.settings.get(&**name).cloned(),
    };
    order
        .iter()
        .map(|name| (name.to_string(), plan(name)))
        .collect()
}

/// Addresses asked for must all be free; of the usual two, one is enough.
fn openflow_addresses(asked: Option<&[SocketAddr]>) -> Result<Vec<SocketAddr>, StartError> {
    if let Some(addresses) = asked {
        for address in addresses {
            free(*address).map_err(|error| not_listening(*address, "--openflow", error))?;
        }
        return Ok(addresses.to_vec());
    }
    let usual = OPENFLOW_PORTS.map(loopback);
    let (mut available, mut taken) = (Vec::new(), None);
    for address in usual {
        match free(address) {
            Ok(()) => available.push(address),
            Err(error) => taken = Some((address, error)),
        }
    }
    match taken {
        Some((address, error)) if available.is_empty() => {
            Err(not_listening(address, "--openflow", error))
        }
        Some((address, error)) => {
            warn!(%address, %error, "not listening for switches there");
            Ok(available)
        }
        None => Ok(available),
    }
}

/// Whether an address can be listened on: bound, but never listened on, so that no switch can
/// connect to what goes away at once.
fn free(address: SocketAddr) -> io::Result<()> {
    let socket = match address.ip() {
        IpAddr::V4(_) => TcpSocket::new_v4(),
        IpAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)
}

async fn http_listener(asked: Option<SocketAddr>, any: bool) -> Result<TcpListener, StartError> {
    let address = asked.unwrap_or_else(|| loopback(HTTP_PORT));
    match TcpListener::bind(address).await {
        Err(error) if error.kind() == ErrorKind::AddrInUse && asked.is_none() && any => {
            warn!(%address, "in use: serving the dashboard on another port");
            let other = loopback(0);
            let bound = TcpListener::bind(other).await;
            bound.map_err(|error| not_listening(other, "--http", error))
        }
        bound => bound.map_err(|error| not_listening(address, "--http", error)),
    }
}

fn not_listening(address: SocketAddr, flag: &'static str, source: io::Error) -> StartError {
    match source.kind() {
        ErrorKind::AddrInUse => StartError::InUse { address, flag },
        _ => StartError::Listen { address, source },
    }
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// In the default place the store is a convenience, in a chosen one a demand.
fn open_store(data: &Data) -> Result<(Option<Store>, Restored), StartError> {
    let opened = match data {
        Data::Nowhere => return Ok((None, Restored::default())),
        Data::At(dir) => Store::open(dir)?,
        Data::Default => {
            let Some(dir) = default_data_dir() else {
                warn!("no home directory: nothing will survive a restart; --data DIR says where");
                return Ok((None, Restored::default()));
            };
            match Store::open(&dir) {
                Ok(opened) => opened,
                Err(error) => {
                    warn!(%error, "nothing will survive a restart");
                    return Ok((None, Restored::default()));
                }
            }
        }
    };
    let (store, restored) = opened;
    info!(store = %store.path().display(), hosts = restored.hosts.len(), "store opened");
    Ok((Some(store), restored))
}

/// As systems keep such things: the user's state directory, the machine's for root.
fn default_data_dir() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(state) = variable("XDG_STATE_HOME") {
        return Some(PathBuf::from(state).join("pointsman"));
    }
    let home = PathBuf::from(variable("HOME")?);
    if home == Path::new("/root") {
        return Some("/var/lib/pointsman".into());
    }
    Some(home.join(".local/state/pointsman"))
}

async fn start_network(config: &NetworkConfig, base: &Base, restored: Restored) -> NetworkHandle {
    let network = network::start(
        config,
        base.switches.clone(),
        Arc::clone(&base.metrics),
        base.notices.clone(),
        base.stop.clone(),
        &base.tasks,
    );
    let (annotations, hosts): (Annotations, Vec<RestoredHost>) =
        (restored.annotations, restored.hosts);
    if annotations != Annotations::default() {
        network.annotate(annotations).await;
    }
    if !hosts.is_empty() {
        network.restore_hosts(hosts).await;
    }
    network
}

fn start_rules(
    apps: &[Arc<str>],
    network: &NetworkHandle,
    events: &Events,
    base: &Base,
) -> rules::RulesHandle {
    let services = rules::Services {
        network: network.clone(),
        events: events.clone(),
        notices: base.notices.clone(),
        metrics: Arc::clone(&base.metrics),
        stop: base.stop.clone(),
        tasks: base.tasks.clone(),
    };
    rules::start(apps, services)
}

fn surroundings(
    network: &NetworkHandle,
    events: Events,
    rules: &rules::RulesHandle,
    base: &Base,
) -> Surroundings {
    Surroundings {
        network: network.clone(),
        events,
        rules: rules.clone(),
        switches: base.switches.clone(),
        notices: base.notices.clone(),
        metrics: Arc::clone(&base.metrics),
        stop: base.stop.clone(),
        tasks: base.tasks.clone(),
    }
}

fn services(
    network: &NetworkHandle,
    rules: &rules::RulesHandle,
    apps: &AppHost,
    base: &Base,
) -> southbound::Services {
    southbound::Services {
        network: network.clone(),
        switches: base.switches.clone(),
        handlers: Arc::new(apps.clone()),
        rules: Arc::new(rules.clone()),
        metrics: Arc::clone(&base.metrics),
        notices: base.notices.clone(),
        stop: base.stop.clone(),
        tasks: base.tasks.clone(),
    }
}

async fn listen_for_switches(
    addresses: Vec<SocketAddr>,
    config: SouthboundConfig,
    services: southbound::Services,
) -> Result<Vec<SocketAddr>, StartError> {
    let first = addresses.first().copied();
    let config = SouthboundConfig {
        listen: addresses,
        ..config
    };
    let started = southbound::start(config, services).await;
    let first = first.unwrap_or_else(|| loopback(OPENFLOW_PORTS[0]));
    started.map_err(|error| not_listening(first, "--openflow", error))
}

/// Settings of the configuration that an app does not take are an error; those remembered from an
/// earlier run, maybe of an earlier version, are not: the configuration's take their place.
async fn start_apps(
    host: &AppHost,
    order: &[Arc<str>],
    memory: &AppMemory,
    notices: &Notices,
) -> Result<(), StartError> {
    for app in order {
        let (plan, configured) = (memory.plan(app), memory.configured(app));
        let remembered = plan != configured;
        let Err(error) = apply(host, app, plan).await else {
            continue;
        };
        if remembered {
            let message = format!("settings of {app} from the last run are not taken: {error}");
            warn!(%app, %error, "settings from the last run are not taken");
            notices.tell(Severity::Warning, "settings_dropped", message);
        }
        let retried = if remembered {
            apply(host, app, configured).await
        } else {
            Err(error)
        };
        retried.map_err(|source| StartError::Settings {
            app: app.to_string(),
            source,
        })?;
    }
    Ok(())
}

async fn apply(host: &AppHost, app: &str, plan: AppPlan) -> Result<(), AppError> {
    match plan {
        AppPlan {
            running: true,
            settings,
        } => host.start(app, settings).await,
        AppPlan {
            running: false,
            settings: Some(settings),
        } => host.configure(app, settings).await,
        AppPlan {
            running: false,
            settings: None,
        } => Ok(()),
    }
}
