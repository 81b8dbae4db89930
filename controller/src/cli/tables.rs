//! What the controller says, as aligned tables. Pure: views in, text out.

use std::time::{Duration, SystemTime};

use comfy_table::{Cell, CellAlignment, Color, presets};
use serde_json::Value;

use crate::northbound::model::{
    AppStateView, AppView, EndView, FlowStatus, FlowView, GroupView, HostView, LinkStateView,
    LinkView, NoticeView, PathView, PathsView, Severity, SwitchView, UpDown,
};

/// A table with a line of headings; never wrapped, so that lines can be searched and cut.
#[derive(Debug)]
pub(super) struct Table {
    inner: comfy_table::Table,
    empty: &'static str,
}

impl Table {
    fn new(headings: &[&str], empty: &'static str) -> Self {
        let mut inner = comfy_table::Table::new();
        inner.load_style(presets::NOTHING);
        inner.set_header(headings);
        Self { inner, empty }
    }

    fn row(&mut self, cells: Vec<Cell>) {
        self.inner.add_row(cells);
    }

    /// Columns of numbers.
    fn right(mut self, columns: &[usize]) -> Self {
        for column in columns {
            if let Some(column) = self.inner.column_mut(*column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self
    }

    /// One line a row, without blanks at its ends.
    pub(super) fn render(mut self, coloured: bool) -> String {
        if self.inner.row_count() == 0 {
            return format!("{}\n", self.empty);
        }
        if coloured {
            self.inner.enforce_styling();
        } else {
            self.inner.force_no_tty();
        }
        self.inner
            .lines()
            .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(&line).trim_end()))
            .collect()
    }
}

pub(super) fn switches(all: &[SwitchView]) -> Table {
    let headings = [
        "NAME", "DPID", "STATE", "OPENFLOW", "PORTS UP", "PEER", "SOFTWARE",
    ];
    let mut table = Table::new(&headings, "No switch has connected yet.");
    for switch in all {
        let up = switch.ports.iter().filter(|port| port.state == UpDown::Up);
        table.row(vec![
            cell(&switch.name),
            cell(&switch.dpid),
            up_down(switch.state),
            cell(&switch.version),
            cell(format!("{} of {}", up.count(), switch.ports.len())),
            cell(&switch.peer),
            cell(&switch.software),
        ]);
    }
    table
}

pub(super) fn links(all: &[LinkView]) -> Table {
    let mut table = Table::new(&["A", "B", "STATE", "COST"], "No link has been found yet.");
    for link in all {
        let state = match link.state {
            LinkStateView::Up => good("up"),
            LinkStateView::OneWay => doubtful("one way"),
            LinkStateView::Down => bad("down"),
        };
        table.row(vec![
            cell(end(&link.a)),
            cell(end(&link.b)),
            state,
            cell(link.cost),
        ]);
    }
    table.right(&[3])
}

pub(super) fn hosts(all: &[HostView], now: SystemTime) -> Table {
    let headings = ["NAME", "MAC", "VLAN", "ADDRESSES", "AT", "SEEN"];
    let mut table = Table::new(&headings, "No host has been seen yet.");
    for host in all {
        table.row(vec![
            cell(&host.name),
            cell(&host.mac),
            cell(
                host.vlan
                    .map_or_else(|| "-".to_owned(), |vlan| vlan.to_string()),
            ),
            cell(dash(&host.addresses.join(", "))),
            cell(end(&host.at)),
            cell(ago(&host.last_seen, now)),
        ]);
    }
    table
}

pub(super) fn flows(all: &[FlowView]) -> Table {
    let headings = [
        "SWITCH", "TABLE", "PRIORITY", "MATCH", "ACTIONS", "OWNER", "STATUS", "PACKETS", "BYTES",
        "AGE",
    ];
    let mut table = Table::new(&headings, "No flow entries.");
    for flow in all {
        table.row(vec![
            cell(&flow.switch),
            cell(flow.table),
            cell(flow.priority),
            cell(if flow.matching.is_empty() {
                "any"
            } else {
                &flow.matching
            }),
            cell(&flow.actions),
            cell(flow.owner.as_deref().unwrap_or("-")),
            status(flow.status, flow.problem.as_deref()),
            number(flow.packets),
            number(flow.bytes),
            cell(flow.age_s.map_or_else(
                || "-".to_owned(),
                |s| short(Duration::from_secs_f64(s.max(0.0))),
            )),
        ]);
    }
    table.right(&[1, 2, 7, 8, 9])
}

pub(super) fn groups(all: &[GroupView]) -> Table {
    let headings = [
        "SWITCH", "GROUP", "KIND", "BUCKETS", "OWNER", "STATUS", "PACKETS", "BYTES",
    ];
    let mut table = Table::new(&headings, "No groups.");
    for group in all {
        let buckets: Vec<&str> = group.buckets.iter().map(|b| b.actions.as_str()).collect();
        table.row(vec![
            cell(&group.switch),
            cell(group.group),
            cell(&group.kind),
            cell(buckets.join(" | ")),
            cell(group.owner.as_deref().unwrap_or("-")),
            status(group.status, group.problem.as_deref()),
            number(group.packets),
            number(group.bytes),
        ]);
    }
    table.right(&[1, 6, 7])
}

/// `ends`: what they were called when they were asked for.
pub(super) fn paths(found: &PathsView, ends: (&str, &str)) -> Table {
    let mut table = Table::new(&["COST", "PATH"], "");
    for path in &found.paths {
        table.row(vec![cell(path.cost), cell(path_text(path, ends))]);
    }
    table.right(&[0])
}

/// `h1 -> 1 s1 3 -> 2 s2 1 -> h2`: every switch between the ports used.
fn path_text(path: &PathView, ends: (&str, &str)) -> String {
    let hops = path.hops.iter().map(|hop| {
        let port = |port: Option<u32>| port.map_or_else(String::new, |port| port.to_string());
        let (in_port, out_port) = (port(hop.in_port), port(hop.out_port));
        format!("{in_port} {} {out_port}", hop.switch)
            .trim()
            .to_owned()
    });
    let first = path.hops.first().and_then(|hop| hop.in_port);
    let last = path.hops.last().and_then(|hop| hop.out_port);
    let from = first.map(|_| ends.0.to_owned());
    let to = last.map(|_| ends.1.to_owned());
    let parts: Vec<String> = from.into_iter().chain(hops).chain(to).collect();
    parts.join(" -> ")
}

pub(super) fn apps(all: &[AppView], now: SystemTime) -> Table {
    let headings = ["NAME", "STATE", "RULES", "FOR", "WHAT IT DOES"];
    let mut table = Table::new(&headings, "No apps.");
    for app in all {
        let state = match app.state {
            AppStateView::Running => good("running"),
            AppStateView::Stopped => cell("stopped"),
            AppStateView::Failed => bad("failed"),
        };
        table.row(vec![
            cell(&app.name),
            state,
            cell(app.rules),
            cell(since(&app.since, now)),
            cell(app.problem.as_ref().unwrap_or(&app.description)),
        ]);
    }
    table.right(&[2])
}

/// A line for every server: what a pool is repeats, so that lines can be searched.
pub(super) fn pools(all: &[Value]) -> Table {
    let headings = [
        "POOL",
        "VIP",
        "ALGORITHM",
        "SERVER",
        "WEIGHT",
        "STATE",
        "ACTIVE",
        "TOTAL",
    ];
    let mut table = Table::new(&headings, "No pools.");
    for pool in all {
        let vip = format!(
            "{}:{}/{}",
            text(&pool["vip"]),
            pool["port"],
            text(&pool["protocol"])
        );
        for server in pool["status"].as_array().into_iter().flatten() {
            let state = match text(&server["state"]) {
                "healthy" => good("healthy"),
                "unhealthy" => bad("unhealthy"),
                other => doubtful(other),
            };
            table.row(vec![
                cell(text(&pool["name"])),
                cell(&vip),
                cell(text(&pool["algorithm"])),
                cell(format!("{}:{}", text(&server["address"]), server["port"])),
                cell(&server["weight"]),
                state,
                cell(&server["active"]),
                cell(&server["total"]),
            ]);
        }
    }
    table.right(&[4, 6, 7])
}

pub(super) fn notices(all: &[NoticeView]) -> Table {
    let mut table = Table::new(&["TIME", "SEVERITY", "CODE", "MESSAGE"], "Nothing to say.");
    for notice in all {
        let severity = match notice.severity {
            Severity::Info => cell("info"),
            Severity::Warning => doubtful("warning"),
            Severity::Error => bad("error"),
        };
        table.row(vec![
            cell(&notice.time),
            severity,
            cell(&notice.code),
            cell(&notice.message),
        ]);
    }
    table
}

/// A port by its own name, or by its switch and number.
pub(super) fn end(end: &EndView) -> String {
    if end.port_name.is_empty() {
        format!("{}:{}", end.switch, end.port)
    } else if end.port_name.starts_with(&end.switch) {
        end.port_name.clone()
    } else {
        format!("{}:{}", end.switch, end.port_name)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "callers give numbers, texts and references"
)]
fn cell(content: impl ToString) -> Cell {
    // Names come from switches and people: they must not move the terminal's cursor.
    Cell::new(content.to_string().replace(char::is_control, "\u{fffd}"))
}

fn good(word: &str) -> Cell {
    cell(word).fg(Color::Green)
}

fn doubtful(word: &str) -> Cell {
    cell(word).fg(Color::Yellow)
}

fn bad(word: &str) -> Cell {
    cell(word).fg(Color::Red)
}

fn up_down(state: UpDown) -> Cell {
    match state {
        UpDown::Up => good("up"),
        UpDown::Down => bad("down"),
    }
}

fn status(status: FlowStatus, problem: Option<&str>) -> Cell {
    let (word, style): (&str, fn(&str) -> Cell) = match status {
        FlowStatus::Installed => ("installed", good),
        FlowStatus::Pending => ("pending", doubtful),
        FlowStatus::Rejected => ("rejected", bad),
        FlowStatus::Reactive => ("reactive", good),
        FlowStatus::Unclaimed => ("unclaimed", doubtful),
        FlowStatus::Foreign => ("foreign", |word| cell(word)),
    };
    match problem {
        Some(problem) => style(&format!("{word}: {problem}")),
        None => style(word),
    }
}

fn number(count: Option<u64>) -> Cell {
    cell(count.map_or_else(|| "-".to_owned(), |count| count.to_string()))
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

fn ago(time: &str, now: SystemTime) -> String {
    match since(time, now).as_str() {
        "-" => "-".to_owned(),
        span => format!("{span} ago"),
    }
}

fn since(time: &str, now: SystemTime) -> String {
    let Ok(time) = humantime::parse_rfc3339(time) else {
        return "-".to_owned();
    };
    // The controller's clock may be a little ahead of ours.
    short(now.duration_since(time).unwrap_or_default())
}

/// One unit, rounded down: `59s`, `3m`, `2h`, `5d`.
fn short(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..=59 => format!("{seconds}s"),
        60..=3_599 => format!("{}m", seconds / 60),
        3_600..=86_399 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests;
