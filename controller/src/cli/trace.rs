//! `trace`: what a packet would meet, hop by hop, and the verdict.

use std::io::{self, Write};
use std::process::ExitCode;

use super::ask::{Plain, coloured, print_json, wait};
use super::client::{Client, read};
use crate::northbound::model::{
    ExitKind, NearMissView, TraceEntryView, TraceFields, TraceHopView, TraceRequest, TraceStepView,
    TraceView, VerdictKind,
};

/// `trace`.
#[derive(Debug, clap::Args)]
pub(super) struct TraceCommand {
    /// The host it starts at: name, IP or MAC address
    #[arg(value_name = "A")]
    from: String,
    /// The host it should come to
    #[arg(value_name = "B")]
    to: String,
    /// What is different from a ping, as `ovs-ofctl` writes it: `tcp dst=80`
    #[arg(value_name = "FIELDS")]
    fields: Vec<String>,
    #[command(flatten)]
    plain: Plain,
}

pub(super) fn trace(command: &TraceCommand) -> anyhow::Result<ExitCode> {
    let fields = command.fields.join(" ");
    let request = TraceRequest {
        from: Some(command.from.clone()),
        to: Some(command.to.clone()),
        fields: (!fields.is_empty()).then_some(TraceFields::Text(fields)),
        ..TraceRequest::default()
    };
    let body = wait(async {
        let client = Client::new(&command.plain.place)?;
        client.post("/trace", &request).await
    })?;
    if command.plain.json {
        return print_json(&body);
    }
    let view: TraceView = read(&body)?;
    write!(io::stdout().lock(), "{}", text(&view, coloured()))?;
    Ok(ExitCode::SUCCESS)
}

/// Green goes on or arrives, yellow is for people to look at, red ends there.
#[derive(Debug, Clone, Copy)]
enum Style {
    Bold,
    Dim,
    Good,
    Doubtful,
    Bad,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Bad => "31",
            Self::Good => "32",
            Self::Doubtful => "33",
        }
    }
}

struct Pen {
    text: String,
    coloured: bool,
}

impl Pen {
    /// Names come from switches and people: they must not move the terminal's cursor.
    fn put(&mut self, text: &str) {
        self.text
            .push_str(&text.replace(char::is_control, "\u{fffd}"));
    }

    fn styled(&mut self, style: Style, text: &str) {
        if self.coloured {
            self.text.push_str("\u{1b}[");
            self.text.push_str(style.code());
            self.text.push('m');
        }
        self.put(text);
        if self.coloured {
            self.text.push_str("\u{1b}[0m");
        }
    }

    fn end_line(&mut self) {
        let end = self.text.trim_end_matches(' ').len();
        self.text.truncate(end);
        self.text.push('\n');
    }
}

/// The tree, and the verdict last.
fn text(view: &TraceView, coloured: bool) -> String {
    let mut pen = Pen {
        text: String::new(),
        coloured,
    };
    for (index, hop) in view.hops.iter().enumerate() {
        put_hop(&mut pen, view, index, hop);
    }
    let style = match view.verdict.kind {
        VerdictKind::Delivered => Style::Good,
        VerdictKind::Controller | VerdictKind::Unknown => Style::Doubtful,
        _ => Style::Bad,
    };
    pen.styled(style, &view.verdict.sentence);
    pen.end_line();
    pen.text
}

fn put_hop(pen: &mut Pen, view: &TraceView, index: usize, hop: &TraceHopView) {
    let numbers = view.hops.len().to_string().len();
    pen.styled(
        Style::Bold,
        &format!("{:>numbers$}  {}", index + 1, hop.switch),
    );
    let name = match &*hop.in_port_name {
        "" => String::new(),
        name => format!(" ({name})"),
    };
    pen.styled(Style::Dim, &format!("  in by port {}{name}", hop.in_port));
    if let Some(from) = hop.from.filter(|from| from + 1 != index) {
        pen.styled(Style::Dim, &format!(", from hop {}", from + 1));
    }
    pen.end_line();
    let indent = " ".repeat(numbers + 2);
    if !hop.known {
        pen.put(&indent);
        pen.styled(Style::Doubtful, "its tables could not be read");
        pen.end_line();
    }
    for (place, step) in hop.steps.iter().enumerate() {
        pen.put(&indent);
        pen.styled(Style::Dim, &branches(&hop.steps, place));
        put_step(pen, step, &indent);
    }
    for exit in &hop.exits {
        let style = match exit.to {
            ExitKind::Hop | ExitKind::Hosts => Style::Good,
            ExitKind::Local | ExitKind::Again | ExitKind::NotFollowed => Style::Doubtful,
            ExitKind::CutLink | ExitKind::Nowhere | ExitKind::Loop => Style::Bad,
        };
        pen.put(&indent);
        let port = exit
            .port
            .as_str()
            .map_or_else(|| exit.port.to_string(), str::to_owned);
        pen.styled(style, &format!("→ port {port} {}", exit.text));
        pen.end_line();
    }
}

/// `│  └─ ` in front of a step: for each depth above it whether something follows there.
fn branches(steps: &[TraceStepView], place: usize) -> String {
    let depth = steps[place].depth;
    let follows = |at: usize| {
        let mut later = steps[place + 1..].iter();
        later
            .find(|step| step.depth <= at)
            .is_some_and(|step| step.depth == at)
    };
    let mut text: String = (0..depth)
        .map(|at| if follows(at) { "│  " } else { "   " })
        .collect();
    text.push_str(if follows(depth) { "├─ " } else { "└─ " });
    text
}

fn put_step(pen: &mut Pen, step: &TraceStepView, indent: &str) {
    match &*step.step {
        "stop" | "skipped" => pen.styled(Style::Bad, &step.text),
        "controller" => pen.styled(Style::Doubtful, &step.text),
        "output" => pen.styled(Style::Good, &step.text),
        _ => pen.put(&step.text),
    }
    if let Some(entry) = &step.entry {
        pen.styled(Style::Dim, &owner(entry));
    }
    pen.end_line();
    for change in &step.changed {
        let text = format!("{} {} → {}", change.field, change.before, change.after);
        put_aside(pen, step, indent, Style::Dim, &text);
    }
    if let Some(near) = &step.near_miss {
        put_aside(pen, step, indent, Style::Doubtful, &near_words(near));
    }
}

/// A line that belongs to a step.
fn put_aside(pen: &mut Pen, step: &TraceStepView, indent: &str, style: Style, text: &str) {
    pen.put(indent);
    pen.put(&"   ".repeat(step.depth + 2));
    pen.styled(style, text);
    pen.end_line();
}

fn owner(entry: &TraceEntryView) -> String {
    let owner = match &entry.owner {
        Some(owner) => format!("  [{owner}]"),
        None => "  [nobody's]".to_owned(),
    };
    match &entry.reason {
        Some(reason) => format!("{owner} {reason}"),
        None => owner,
    }
}

fn near_words(near: &NearMissView) -> String {
    let (entry, field) = (&near.entry, &near.field);
    format!(
        "almost: priority {}, {}, which wants {field}={} and not {}{}",
        entry.priority,
        entry.matching,
        near.wanted,
        near.found,
        owner(entry)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trace_is_a_tree_with_the_verdict_last() {
        let entry = json!({"table": 0, "priority": 100, "match": "ip,nw_dst=10.0.0.2",
            "actions": "output:2", "cookie": "0x1", "owner": "routing", "set": "s",
            "reason": "h1 to h2"});
        let step = |depth: usize, step: &str, text: &str| json!({"depth": depth, "step": step, "text": text});
        let mut table = step(0, "table", "table 0: priority 100, ip,nw_dst=10.0.0.2");
        table["entry"] = entry.clone();
        let mut rewrites = step(1, "action", "dec_ttl");
        rewrites["changed"] = json!([{"field": "nw_ttl", "before": "64", "after": "63"}]);
        let mut miss = step(0, "table", "table 0: no entry takes it");
        miss["near_miss"] = json!({"entry": entry, "field": "ipv4_dst", "wanted": "10.0.0.2",
            "found": "10.0.0.3"});
        let hop = |switch: &str, from: Option<usize>, steps: serde_json::Value, exits| {
            json!({"dpid": "0000000000000001", "switch": switch, "in_port": 1,
                "in_port_name": "eth1", "from": from, "depth": 0, "known": true, "steps": steps,
                "exits": exits, "packet_ins": 0})
        };
        let exit = json!([{"port": 2, "port_name": "eth2", "to": "hop", "hop": 1, "link": "l",
            "hosts": [], "text": "to s2"}]);
        let output = step(2, "output", "out of port 2 (eth2)");
        let sent = json!([table, rewrites, step(1, "action", "output:2"), output]);
        let lost = json!([
            miss,
            step(0, "stop", "dropped: no flow entry of table 0 takes it")
        ]);
        let view = json!({
            "verdict": {"kind": "dropped", "sentence": "h1 does not reach h2: dropped at s2.",
                "reached": false, "hosts": [], "hop": 1, "near_miss": null},
            "from": "a", "to": "b", "frame": "",
            "hops": [hop("s1", None, sent, exit), hop("s2\u{7}", Some(0), lost, json!([]))],
        });
        let view = serde_json::from_value(view).unwrap();
        insta::assert_snapshot!(text(&view, false));
        let coloured = text(&view, true);
        assert!(coloured.ends_with("\u{1b}[31mh1 does not reach h2: dropped at s2.\u{1b}[0m\n"));
    }
}
