//! What a network must be able to do for the tests that run on every kind: [`crate::Lab`], real
//! switches in Mininet, and what `emulated/` makes of switches of its process.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::ops::Deref;
use std::time::Duration;

use topologies::Topology;
use topologies::mininet::{OpenFlow, Pings};

use crate::wait::POLL;
use crate::{Request, Rest};

/// A network whose switches connect to a controller. Hosts and switches go by their names.
pub trait Ground: Debug + Sized {
    /// The controller; it ends when it is dropped, after the network.
    type Controller: Debug + Deref<Target = Rest>;
    /// Pings under way.
    type Pings: Debug;
    /// A web server.
    type Server: Debug;
    /// Requests to web servers under way.
    type Requests: Debug;

    /// So long a broadcast is listened to: every copy there is has arrived by then.
    const LISTEN: Duration;

    /// Brings up a controller that runs these apps and a network from [`Topology::resolve`]'s text.
    /// The switches may not be connected yet.
    fn start(topology: &str, openflow: OpenFlow, apps: &[&str]) -> (Self, Self::Controller);

    fn topology(&self) -> &Topology;

    /// The time on the network's clock, since some moment in the past.
    fn now(&self) -> Duration;

    /// Lets so much time pass.
    fn pass(&self, time: Duration);

    /// One ping from every host to every other, each once.
    fn ping_all(&self) -> Pings;

    /// Sends one broadcast frame and counts its arrivals at every other host while `listen` lasts.
    fn broadcast(&self, host: &str, listen: Duration) -> BTreeMap<String, u32>;

    /// Cuts the first cable between two nodes.
    fn cut(&self, a: &str, b: &str);

    /// Mends what was cut.
    fn mend(&self, a: &str, b: &str);

    /// Pings every 10 ms, whether or not the last one was answered.
    fn start_pings(&self, from: &str, to: &str) -> Self::Pings;

    /// Numbers, from 1, of those that have been answered.
    fn answered(&self, pings: &Self::Pings) -> BTreeSet<u64>;

    /// Ends them; how many were sent, and the numbers of those answered.
    fn stop_pings(&self, pings: Self::Pings) -> (u64, BTreeSet<u64>);

    /// Starts a web server that answers with the host's name.
    fn serve(&self, host: &str, port: u16) -> Self::Server;

    /// Ends a web server; connections to it are refused from now on.
    fn end_server(&self, server: Self::Server);

    /// GETs a URL so often, one after the other, with a pause between them.
    fn start_requests(&self, host: &str, url: &str, count: u32, pause: Duration) -> Self::Requests;

    /// What has come of them by now.
    fn requests(&self, requests: &Self::Requests) -> Vec<Request>;

    /// Waits for the last one.
    fn finish_requests(&self, requests: Self::Requests) -> Vec<Request>;

    /// Ends them where they are.
    fn stop_requests(&self, requests: Self::Requests) -> Vec<Request>;

    /// Asks until there is an answer, and panics with `what` when there is none in time.
    #[track_caller]
    fn until<T>(&self, what: &str, timeout: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
        let begin = self.now();
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            let in_time = self.now() - begin < timeout;
            assert!(in_time, "not within {} s: {what}", timeout.as_secs_f64());
            self.pass(POLL);
        }
    }

    /// Every host reaches every other, each at the first ping.
    #[track_caller]
    fn assert_pingall(&self) {
        let Pings { sent, lost } = self.ping_all();
        assert!(lost.is_empty(), "lost {} of {sent}: {lost:?}", lost.len());
    }

    /// One broadcast frame from a host arrives exactly once at every other host.
    #[track_caller]
    fn assert_broadcast_once(&self, host: &str) {
        let arrived = self.broadcast(host, Self::LISTEN);
        assert!(
            arrived.values().all(|&count| count == 1),
            "from {host}: {arrived:?}"
        );
    }
}
