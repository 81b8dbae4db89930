//! Counters of ports, with rates.

use std::collections::BTreeMap;
use std::time::Duration;

use app_api::PortCounters;
use openflow::PortNo;
use openflow::flow::PortStats;

/// The counters a reply tells, with rates over the time since those before. Counters that went
/// back (the port is new) have a rate of zero, and so has everything at the first reading.
pub(super) fn read(
    before: &BTreeMap<PortNo, PortCounters>,
    stats: &[PortStats],
    elapsed: Option<Duration>,
) -> BTreeMap<PortNo, PortCounters> {
    let seconds = elapsed.map_or(0.0, |elapsed| elapsed.as_secs_f64());
    let rate = |now: u64, then: u64| {
        if seconds > 0.0 {
            now.saturating_sub(then) as f64 / seconds
        } else {
            0.0
        }
    };
    let counters = |stats: &PortStats| {
        let then = before.get(&stats.port).copied();
        let mut now = totals(stats);
        if let Some(then) = then {
            now.rx_bps = rate(now.rx_bytes, then.rx_bytes) * 8.0;
            now.tx_bps = rate(now.tx_bytes, then.tx_bytes) * 8.0;
            now.rx_pps = rate(now.rx_packets, then.rx_packets);
            now.tx_pps = rate(now.tx_packets, then.tx_packets);
        }
        (stats.port, now)
    };
    stats.iter().map(counters).collect()
}

fn totals(stats: &PortStats) -> PortCounters {
    let or_zero = |counter: Option<u64>| counter.unwrap_or(0);
    PortCounters {
        rx_packets: or_zero(stats.rx_packets),
        tx_packets: or_zero(stats.tx_packets),
        rx_bytes: or_zero(stats.rx_bytes),
        tx_bytes: or_zero(stats.tx_bytes),
        rx_dropped: or_zero(stats.rx_dropped),
        tx_dropped: or_zero(stats.tx_dropped),
        rx_errors: or_zero(stats.rx_errors),
        tx_errors: or_zero(stats.tx_errors),
        ..PortCounters::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(rx_bytes: Option<u64>) -> PortStats {
        PortStats {
            port: PortNo(1),
            rx_packets: Some(10),
            tx_packets: None,
            rx_bytes,
            tx_bytes: Some(0),
            rx_dropped: None,
            tx_dropped: None,
            rx_errors: None,
            tx_errors: None,
            age: None,
        }
    }

    fn rx_bps(before: u64, now: u64, elapsed: Option<Duration>) -> f64 {
        let before = read(&BTreeMap::new(), &[stats(Some(before))], None);
        read(&before, &[stats(Some(now))], elapsed)[&PortNo(1)].rx_bps
    }

    #[test]
    fn rates_are_in_bits_over_the_time_between() {
        let two = Some(Duration::from_secs(2));
        assert_eq!(rx_bps(1_000, 3_000, two), 8_000.0);
        assert_eq!(rx_bps(3_000, 1_000, two), 0.0, "the port is new");
        assert_eq!(rx_bps(1_000, 3_000, None), 0.0, "no time to measure over");
    }
}
