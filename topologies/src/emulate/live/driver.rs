//! The task that owns the network and runs what is due.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use openflow::Dpid;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet, yield_now};
use tokio::time::{Instant, sleep_until};

use super::handle::Command;
use super::line::{Heard, Input, Line, Stream, keep_connected, talk};
use crate::emulate::{Agent, Network, Outcome, Ticket};

/// Pieces of controllers' streams that wait for the driver; the next waits in its socket.
const INPUTS: usize = 1_024;
/// Events, commands and pieces after which the others get their turn.
const TURN: usize = 1_024;

/// What tokio's timers cannot tell apart: what is due that soon is due now, or every cable a frame
/// passes would take so long.
const GRANULE: Duration = Duration::from_millis(1);

struct Driver {
    network: Network<Agent>,
    started: Instant,
    lines: HashMap<Dpid, LineState>,
    tasks: JoinSet<()>,
    /// Numbers of lines.
    count: u64,
    inputs: mpsc::Sender<Input>,
    waiting: Vec<(Ticket, oneshot::Sender<Outcome>)>,
}

struct LineState {
    number: u64,
    task: AbortHandle,
    /// While it is connected.
    give: Option<mpsc::Sender<Vec<Bytes>>>,
}

/// Runs the network until it is told to stop, or nobody is left to tell it.
pub(super) async fn run(
    network: Network<Agent>,
    controller: Option<SocketAddr>,
    mut commands: mpsc::Receiver<Command>,
) {
    let (inputs, mut heard) = mpsc::channel(INPUTS);
    let mut driver = Driver {
        started: Instant::now(),
        lines: HashMap::new(),
        tasks: JoinSet::new(),
        count: 0,
        inputs,
        waiting: Vec::new(),
        network,
    };
    if let Some(address) = controller {
        driver.connect_all(address);
    }
    loop {
        let is_caught_up = driver.catch_up();
        driver.speak();
        driver.tell_outcomes();
        let next = driver.network.next_event();
        tokio::select! {
            command = commands.recv() => match command {
                None | Some(Command::Stop) => return,
                Some(command) => driver.obey(command),
            },
            Some(input) = heard.recv() => {
                driver.hear(input);
                for _ in 0..TURN {
                    let Ok(input) = heard.try_recv() else { break };
                    driver.hear(input);
                }
            }
            () = yield_now(), if !is_caught_up => {}
            () = sleep_until(driver.moment(next)), if is_caught_up && next.is_some() => {}
            Some(_) = driver.tasks.join_next() => {}
        }
    }
}

impl Driver {
    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// When something is due; what is never due is not waited for.
    fn moment(&self, due: Option<Duration>) -> Instant {
        self.started + due.unwrap_or_default()
    }

    /// Runs what is due, but not for ever; whether that was all.
    fn catch_up(&mut self) -> bool {
        let now = self.now();
        let soon = now + GRANULE;
        for _ in 0..TURN {
            if self.network.next_event().is_none_or(|due| due > soon) {
                self.network.run_until(now);
                return true;
            }
            self.network.step();
        }
        false
    }

    fn connect_all(&mut self, address: SocketAddr) {
        let switches: Vec<_> = self.network.switches().collect();
        for switch in switches {
            let (line, inputs) = (self.next_line(switch), self.inputs.clone());
            let task = self.tasks.spawn(keep_connected(line, address, inputs));
            self.put_line(line, task);
        }
    }

    fn attach(&mut self, switch: Dpid, stream: Stream) {
        if self.network.switch(switch).is_err() {
            return;
        }
        let (line, inputs) = (self.next_line(switch), self.inputs.clone());
        let task = self.tasks.spawn(async move {
            talk(line, stream, &inputs).await;
        });
        self.put_line(line, task);
    }

    fn next_line(&mut self, switch: Dpid) -> Line {
        self.count += 1;
        let number = self.count;
        Line { switch, number }
    }

    fn put_line(&mut self, line: Line, task: AbortHandle) {
        let state = LineState {
            number: line.number,
            task,
            give: None,
        };
        if let Some(old) = self.lines.insert(line.switch, state) {
            old.task.abort();
            self.disconnect(line.switch);
        }
    }

    fn disconnect(&mut self, switch: Dpid) {
        // Lines are of switches there are.
        let _ = self.network.disconnect(switch);
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Do(act) => act(&mut self.network),
            Command::Await(ticket, tell) => self.waiting.push((ticket, tell)),
            Command::Attach(switch, stream) => self.attach(switch, stream),
            // The loop has seen to it.
            Command::Stop => {}
        }
    }

    fn hear(&mut self, (line, heard): Input) {
        let Some(state) = self.lines.get_mut(&line.switch) else {
            return;
        };
        if state.number != line.number {
            return;
        }
        // Lines are of switches there are.
        match heard {
            Heard::Opened(give) => {
                state.give = Some(give);
                let _ = self.network.connect(line.switch);
            }
            Heard::Bytes(bytes) => {
                let _ = self.network.controller_sent(line.switch, &bytes);
            }
            // The next round looks for what waits.
            Heard::Written => {}
            Heard::Closed => {
                state.give = None;
                self.disconnect(line.switch);
            }
        }
    }

    /// Gives lines with room what their switches have for the controller.
    fn speak(&mut self) {
        let speaking: Vec<_> = self.network.speaking().collect();
        for switch in speaking {
            let give = self.lines.get(&switch).and_then(|line| line.give.as_ref());
            let Some(Ok(room)) = give.map(mpsc::Sender::try_reserve) else {
                continue;
            };
            if let Ok(messages) = self.network.take_to_controller(switch) {
                room.send(messages);
            }
        }
    }

    fn tell_outcomes(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        for (ticket, tell) in waiting {
            match self.network.result(ticket) {
                // Who asked may not want to know any more.
                Some(outcome) => drop(tell.send(outcome)),
                None if tell.is_closed() => {}
                None => self.waiting.push((ticket, tell)),
            }
        }
    }
}
