//! Requests on their way, matched to answers by transaction id.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use openflow::Xid;
use openflow::flow::{FromSwitch, SwitchError, ToSwitch};
use tokio::sync::oneshot;

use super::gather::{Gathering, Part};
use crate::southbound::handle::{Applied, Command, Refusal, RequestError};
use crate::southbound::outgoing::Outgoing;

/// Requests without an answer yet, above which no more are taken from the queue.
const MAX_OUTSTANDING: usize = 64;

/// Everything asked and not answered. Dropping it tells all who ask that the switch is gone.
#[derive(Debug)]
pub(super) struct Requests {
    timeout: Duration,
    /// In the order of their barriers. The last may be written only in part.
    batches: VecDeque<Batch>,
    asks: HashMap<Xid, Ask>,
}

#[derive(Debug)]
struct Batch {
    /// Each message has the id of the first plus its index; the barrier that plus their number.
    first: Xid,
    /// Not written yet.
    left: std::vec::IntoIter<ToSwitch>,
    messages: u32,
    barrier_sent: bool,
    applied: Applied,
    reply: oneshot::Sender<Result<Applied, RequestError>>,
    deadline: Instant,
}

#[derive(Debug)]
struct Ask {
    gathering: Gathering,
    reply: oneshot::Sender<Result<FromSwitch, RequestError>>,
    deadline: Instant,
}

impl Requests {
    pub(super) fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            batches: VecDeque::new(),
            asks: HashMap::new(),
        }
    }

    /// Whether another request may be taken on.
    pub(super) fn has_room(&self) -> bool {
        self.batches.len() + self.asks.len() < MAX_OUTSTANDING
            && self.batches.back().is_none_or(|batch| batch.barrier_sent)
    }

    /// Only while [`Self::has_room`].
    pub(super) fn start(&mut self, command: Command, now: Instant, out: &mut Outgoing) {
        let deadline = now + self.timeout;
        match command {
            Command::Batch { messages, reply } => {
                let count = u32::try_from(messages.len()).expect("a batch is held in memory");
                self.batches.push_back(Batch {
                    first: out.xids(count + 1),
                    left: messages.into_iter(),
                    messages: count,
                    barrier_sent: false,
                    applied: Applied::default(),
                    reply,
                    deadline,
                });
                self.write_on(now, out);
            }
            Command::Ask { request, reply } => self.ask(&request, reply, deadline, out),
        }
    }

    /// Writes more of a batch that did not fit the buffer at once.
    pub(super) fn write_on(&mut self, now: Instant, out: &mut Outgoing) {
        let Some(batch) = self.batches.back_mut().filter(|batch| !batch.barrier_sent) else {
            return;
        };
        while out.has_room() {
            let index = batch.messages - batch.left.len() as u32;
            let xid = Xid(batch.first.0.wrapping_add(index));
            let Some(message) = batch.left.next() else {
                batch.barrier_sent = true;
                // From here on it is for the switch to answer.
                batch.deadline = now + self.timeout;
                out.send_as(xid, &ToSwitch::BarrierRequest)
                    .expect("every version has barriers");
                return;
            };
            if let Err(unsupported) = out.send_as(xid, &message) {
                let refusal = Refusal::Unsupported(unsupported);
                batch.applied.refused.push((index as usize, refusal));
            }
        }
    }

    fn ask(
        &mut self,
        request: &ToSwitch,
        reply: oneshot::Sender<Result<FromSwitch, RequestError>>,
        deadline: Instant,
        out: &mut Outgoing,
    ) {
        let Some(gathering) = Gathering::of(request) else {
            let _ = reply.send(Err(RequestError::Nonsense("a message without a reply")));
            return;
        };
        match out.send(request) {
            Ok(xid) => {
                let ask = Ask {
                    gathering,
                    reply,
                    deadline,
                };
                self.asks.insert(xid, ask);
            }
            Err(unsupported) => {
                let _ = reply.send(Err(unsupported.into()));
            }
        }
    }

    /// A barrier is answered. Those before it count as answered too: a switch that skips one has
    /// still carried out everything before a later one.
    pub(super) fn barrier(&mut self, xid: Xid) {
        let Some(at) = self
            .batches
            .iter()
            .position(|batch| batch.barrier_sent && batch.barrier() == xid)
        else {
            return;
        };
        for batch in self.batches.drain(..=at) {
            let _ = batch.reply.send(Ok(batch.applied));
        }
    }

    /// (Part of) a reply. False where nobody asked.
    pub(super) fn reply(&mut self, xid: Xid, part: FromSwitch, now: Instant) -> bool {
        let Some(ask) = self.asks.get_mut(&xid) else {
            return false;
        };
        let answer = match ask.gathering.part(part) {
            Part::More => {
                ask.deadline = now + self.timeout;
                return true;
            }
            Part::Whole(reply) => Ok(reply),
            Part::Nonsense(why) => Err(RequestError::Nonsense(why)),
        };
        if let Some(ask) = self.asks.remove(&xid) {
            let _ = ask.reply.send(answer);
        }
        true
    }

    /// The switch refused something. Gives the error back where it is about nothing asked here.
    pub(super) fn refused(&mut self, xid: Xid, error: SwitchError) -> Option<SwitchError> {
        if let Some(ask) = self.asks.remove(&xid) {
            let words = format!("{}, {}", error.name, error.meaning);
            let _ = ask.reply.send(Err(RequestError::Refused(words)));
            return None;
        }
        let batch = self.batches.iter_mut().find(|batch| batch.has(xid));
        let Some(batch) = batch else {
            return Some(error);
        };
        let index = xid.0.wrapping_sub(batch.first.0) as usize;
        // An error for the barrier itself says that the switch has none; what went before is done.
        if xid == batch.barrier() {
            self.barrier(xid);
        } else {
            batch.applied.refused.push((index, Refusal::Switch(error)));
        }
        None
    }

    /// Ends those whose time is over.
    pub(super) fn expire(&mut self, now: Instant) {
        let ms = u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        // In the middle of writing a batch the deadline is the connection's, not the switch's.
        let over = |batch: &Batch| batch.barrier_sent && batch.deadline <= now;
        while self.batches.front().is_some_and(over) {
            if let Some(batch) = self.batches.pop_front() {
                let _ = batch.reply.send(Err(RequestError::Timeout(ms)));
            }
        }
        for (_, ask) in self.asks.extract_if(|_, ask| ask.deadline <= now) {
            let _ = ask.reply.send(Err(RequestError::Timeout(ms)));
        }
    }

    /// When [`Self::expire`] has something to do next.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let batch = self.batches.front().filter(|batch| batch.barrier_sent);
        self.asks
            .values()
            .map(|ask| ask.deadline)
            .chain(batch.map(|batch| batch.deadline))
            .min()
    }
}

impl Batch {
    fn barrier(&self) -> Xid {
        Xid(self.first.0.wrapping_add(self.messages))
    }

    fn has(&self, xid: Xid) -> bool {
        xid.0.wrapping_sub(self.first.0) <= self.messages
    }
}
