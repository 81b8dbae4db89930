//! What the network is like now, for Prometheus. Read from the snapshot when it is asked for.
//!
//! Port counters carry the names and labels of Faucet's Gauge, so that its dashboards work.

use std::fmt::Error;
use std::sync::Arc;

use app_api::{Snapshot, Switch, SwitchState};
use openflow::PortNo;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::model::LinkStateView;
use super::{AppDesk, EventLog, Parts, views};
use crate::metrics::Metrics;
use crate::network::NetworkHandle;
use app_api::PortCounters;

pub(super) fn register(metrics: &Metrics, parts: &Parts, events: &EventLog) {
    let gauges = Gauges {
        network: parts.network.clone(),
        apps: parts.apps.clone(),
        events: events.clone(),
    };
    metrics.register(|registry| registry.register_collector(Box::new(gauges)));
}

#[derive(Debug)]
struct Gauges {
    network: NetworkHandle,
    apps: AppDesk,
    events: EventLog,
}

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let snapshot = self.network.snapshot();
        network(&mut encoder, &snapshot)?;
        family(
            &mut encoder,
            "app_rules",
            "Rules an app wants",
            self.apps
                .wanted()
                .into_iter()
                .map(|(app, rules)| ([("app", app)], rules as f64)),
        )?;
        let resyncs = ConstCounter::new(self.events.resyncs());
        let metric = encoder.encode_descriptor(
            "event_resyncs",
            "Clients of the event stream that did not keep up and were given a new snapshot",
            None,
            MetricType::Counter,
        )?;
        resyncs.encode(metric)?;
        ports(&mut encoder, &snapshot)
    }
}

fn network(encoder: &mut DescriptorEncoder<'_>, snapshot: &Snapshot) -> Result<(), Error> {
    let up = |s: &&Arc<Switch>| s.state == SwitchState::Up;
    let switches_up = snapshot.switches.values().filter(up).count();
    let switches = [
        ([("state", "up")], switches_up as f64),
        (
            [("state", "down")],
            (snapshot.switches.len() - switches_up) as f64,
        ),
    ];
    family(encoder, "network_switches", "Switches seen", switches)?;
    let links = views::links(snapshot);
    let states = [
        ("up", LinkStateView::Up),
        ("one_way", LinkStateView::OneWay),
        ("down", LinkStateView::Down),
    ];
    let counted = states.map(|(name, state)| {
        let count = links.iter().filter(|link| link.state == state).count();
        ([("state", name)], count as f64)
    });
    family(encoder, "network_links", "Cables between switches", counted)?;
    let hosts = [([("kind", "all")], snapshot.hosts.len() as f64)];
    family(encoder, "network_hosts", "Hosts", hosts)
}

fn ports(encoder: &mut DescriptorEncoder<'_>, snapshot: &Snapshot) -> Result<(), Error> {
    type Read = fn(&PortCounters) -> u64;
    let counters: [(&str, Read); 8] = [
        ("of_port_rx_packets", |c| c.rx_packets),
        ("of_port_tx_packets", |c| c.tx_packets),
        ("of_port_rx_bytes", |c| c.rx_bytes),
        ("of_port_tx_bytes", |c| c.tx_bytes),
        ("of_port_rx_dropped", |c| c.rx_dropped),
        ("of_port_tx_dropped", |c| c.tx_dropped),
        ("of_port_rx_errors", |c| c.rx_errors),
        ("of_port_tx_errors", |c| c.tx_errors),
    ];
    for (name, read) in counters {
        let values = snapshot.switches.values().flat_map(|switch| {
            let of_port = |(port, counters): (&PortNo, &PortCounters)| {
                (port_labels(snapshot, switch, *port), read(counters) as f64)
            };
            switch.counters.iter().map(of_port).collect::<Vec<_>>()
        });
        family(
            encoder,
            name,
            "Counter of a port, as the switch tells it",
            values,
        )?;
    }
    Ok(())
}

fn port_labels(snapshot: &Snapshot, switch: &Switch, port: PortNo) -> [(&'static str, String); 4] {
    let described = switch.ports.get(&port).map(|p| p.desc.name.clone());
    [
        ("dp_id", format!("{:#x}", switch.dpid.0)),
        ("dp_name", snapshot.switch_label(switch.dpid)),
        ("port", port.to_string()),
        ("port_description", described.unwrap_or_default()),
    ]
}

fn family<V: AsRef<str>, const N: usize>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = ([(&'static str, V); N], f64)>,
) -> Result<(), Error> {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in values {
        let labels: Vec<_> = labels
            .iter()
            .map(|(name, value)| (*name, value.as_ref()))
            .collect();
        ConstGauge::new(value).encode(metric.encode_family(&labels)?)?;
    }
    Ok(())
}
