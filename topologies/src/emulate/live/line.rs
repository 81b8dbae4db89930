//! The connection of one switch: bytes of the controller to the driver, messages to the controller.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use openflow::Dpid;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// A stream of which nothing is known.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// Over which a switch and its controller talk.
pub(super) type Stream = Box<dyn Duplex>;

/// What the driver hears of a line.
#[derive(Debug)]
pub(super) enum Heard {
    /// It is connected; what is to be written goes here.
    Opened(mpsc::Sender<Vec<Bytes>>),
    /// The controller said something.
    Bytes(Bytes),
    /// What was given has been written, there is room for more.
    Written,
    /// It is not connected any more.
    Closed,
}

/// Which line, and what. Lines are told apart by number: one that was replaced may still be heard.
pub(super) type Input = (Line, Heard);

/// A line of a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Line {
    pub(super) switch: Dpid,
    pub(super) number: u64,
}

/// Bytes read at once.
const READ: usize = 16 * 1024;
/// Longer a controller on this machine or near it does not take to be connected to.
const CONNECT: Duration = Duration::from_secs(5);
/// Pauses between attempts: the first, and the longest, which is Open vSwitch's.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Connects to the controller, again whenever the connection ends or there is none, until the
/// driver is gone.
pub(super) async fn keep_connected(line: Line, to: SocketAddr, inputs: mpsc::Sender<Input>) {
    let mut pause = FIRST_PAUSE;
    while !inputs.is_closed() {
        if let Ok(Ok(stream)) = timeout(CONNECT, TcpStream::connect(to)).await {
            // Small messages that are waited for; where it cannot be set they are only slower.
            let _ = stream.set_nodelay(true);
            if talk(line, Box::new(stream), &inputs).await {
                pause = FIRST_PAUSE;
            }
        }
        sleep(spread(pause, line.switch)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Between half of the pause and all of it, by the switch: a thousand that lost their controller
/// together do not come back together.
fn spread(pause: Duration, switch: Dpid) -> Duration {
    let share = crate::paths::mix(switch.0) % 512;
    pause * (512 + u32::try_from(share).unwrap_or(0)) / 1024
}

/// Talks until either side ends it; whether the controller said anything.
pub(super) async fn talk(line: Line, stream: Stream, inputs: &mpsc::Sender<Input>) -> bool {
    let (from, to) = split(stream);
    // One batch at a time: more waits in the network, which knows what can be dropped.
    let (give, given) = mpsc::channel(1);
    if inputs.send((line, Heard::Opened(give))).await.is_err() {
        return false;
    }
    let mut heard = false;
    tokio::select! {
        () = read(line, from, inputs, &mut heard) => {}
        () = write(line, to, given, inputs) => {}
    }
    // If the driver is gone, nobody needs to know.
    let _ = inputs.send((line, Heard::Closed)).await;
    heard
}

async fn read(
    line: Line,
    mut from: ReadHalf<Stream>,
    inputs: &mpsc::Sender<Input>,
    heard: &mut bool,
) {
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(READ);
        match from.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => *heard = true,
        }
        let bytes = Heard::Bytes(buffer.split().freeze());
        if inputs.send((line, bytes)).await.is_err() {
            return;
        }
    }
}

async fn write(
    line: Line,
    mut to: WriteHalf<Stream>,
    mut given: mpsc::Receiver<Vec<Bytes>>,
    inputs: &mpsc::Sender<Input>,
) {
    while let Some(messages) = given.recv().await {
        let bytes = messages.concat();
        if to.write_all(&bytes).await.is_err() || to.flush().await.is_err() {
            return;
        }
        if inputs.send((line, Heard::Written)).await.is_err() {
            return;
        }
    }
}
