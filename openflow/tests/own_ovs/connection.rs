//! An OpenFlow connection to the bridge.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use openflow::flow::{FromSwitch, ToSwitch};
use openflow::wire::{Hello, Message, frame_length};
use openflow::{Version, Xid};

/// For anything that Open vSwitch has to do.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Connects as soon as somebody listens.
pub(crate) fn connected(path: &Path) -> UnixStream {
    let begun = Instant::now();
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return stream,
            Err(error) if begun.elapsed() > DEADLINE => panic!("{}: {error}", path.display()),
            Err(_) => std::thread::yield_now(),
        }
    }
}

/// One side of it, the controller's.
pub(crate) struct Connection {
    stream: UnixStream,
    pub(crate) version: Version,
    input: BytesMut,
}

impl Connection {
    pub(crate) fn open(path: &Path, version: Version) -> Self {
        let stream = connected(path);
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let mut connection = Self {
            stream,
            version,
            input: BytesMut::new(),
        };
        let mut hello = BytesMut::new();
        Message::hello(version.wire(), Xid(0), Hello::default())
            .encode(&mut hello)
            .unwrap();
        connection.stream.write_all(&hello).unwrap();
        assert_eq!(connection.next().1, FromSwitch::Hello);
        connection
    }

    pub(crate) fn send(&mut self, messages: &[(Xid, ToSwitch)]) {
        let mut output = BytesMut::new();
        for (xid, message) in messages {
            let encoded = message.encode(self.version, *xid, &mut output);
            encoded.unwrap_or_else(|error| panic!("{message:?}: {error}"));
        }
        self.stream.write_all(&output).unwrap();
    }

    pub(crate) fn next(&mut self) -> (Xid, FromSwitch) {
        loop {
            if let Some(length) = frame_length(&self.input).unwrap()
                && length <= self.input.len()
            {
                let frame = self.input.split_to(length).freeze();
                let message = Message::decode(frame).unwrap();
                return (message.xid, FromSwitch::lift(message));
            }
            let mut chunk = [0; 65_536];
            let read = self.stream.read(&mut chunk);
            let length = read.expect("Open vSwitch answers in time");
            assert_ne!(length, 0, "Open vSwitch closed the connection");
            self.input.extend_from_slice(&chunk[..length]);
        }
    }
}
