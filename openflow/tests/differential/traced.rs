//! A packet's way as two traces tell it: the tables it comes to with the entries that take it, the
//! ports it leaves by and how often the controller gets it.

use std::fmt::{self, Display, Formatter};

use openflow::PortNo;
use openflow::pipeline::{Step, Trace, What};

/// What is the same in the words of both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Traced {
    /// Table and priority, or that no entry takes it.
    lookups: Vec<(u8, Option<u16>)>,
    ports: Vec<u32>,
    to_controller: usize,
}

impl Display for Traced {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (table, priority) in &self.lookups {
            match priority {
                Some(priority) => write!(f, "{table}:{priority} ")?,
                None => write!(f, "{table}:none ")?,
            }
        }
        write!(f, "to {:?} controller={}", self.ports, self.to_controller)
    }
}

impl Traced {
    pub(crate) fn of(trace: &Trace) -> Self {
        let mut traced = Self {
            ports: trace.outputs.iter().map(|it| it.port.0).collect(),
            to_controller: trace.packet_ins.len(),
            ..Self::default()
        };
        trace.steps.iter().for_each(|step| traced.step(step));
        traced.ports.sort_unstable();
        traced
    }

    fn step(&mut self, step: &Step) {
        if let What::Table { table, entry, .. } = &step.what {
            let priority = entry.as_ref().map(|entry| entry.priority);
            self.lookups.push((table.0, priority));
        }
        step.steps.iter().for_each(|step| self.step(step));
    }

    /// From what `ofproto/trace` says. `local`: number of the bridge's own port in the datapath.
    pub(crate) fn read(text: &str, local: u32) -> Self {
        let mut traced = Self::default();
        for line in text.lines() {
            if let Some(actions) = line.strip_prefix("Datapath actions: ") {
                traced.datapath(actions, local);
            } else if let Some((table, entry)) = line.trim_start().split_once(". ")
                && let Ok(table) = table.parse()
            {
                let priority = entry
                    .rsplit("priority ")
                    .next()
                    .filter(|_| entry.contains("priority "));
                let digits = priority.map(|it| it.split(',').next().unwrap_or_default());
                traced
                    .lookups
                    .push((table, digits.and_then(|it| it.parse().ok())));
            }
        }
        traced.ports.sort_unstable();
        traced
    }

    /// Numbers that stand for themselves are ports, in copies too.
    fn datapath(&mut self, actions: &str, local: u32) {
        // Of times to live that are used up no controller wants to hear here.
        let spent = actions.matches("controller(reason=2,").count();
        self.to_controller += actions.matches("controller(").count() - spent;
        let mut depth = Vec::new();
        let mut word = String::new();
        for letter in actions.chars().chain([',']) {
            match letter {
                '(' => depth.push(std::mem::take(&mut word) == "clone"),
                ',' | ')' => {
                    let is_action = depth.iter().all(|is_copy| *is_copy);
                    if let (true, Ok(port)) = (is_action, word.parse()) {
                        let port = if port == local { PortNo::LOCAL.0 } else { port };
                        self.ports.push(port);
                    }
                    word.clear();
                    if letter == ')' {
                        depth.pop();
                    }
                }
                letter => word.push(letter),
            }
        }
    }
}
