//! The socket that `ovs-appctl` speaks to: one JSON-RPC request, one reply.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::{Value, json};

use crate::own_ovs::connection::{DEADLINE, connected};

/// A connection to it.
pub(crate) struct Control {
    stream: UnixStream,
    input: Vec<u8>,
}

impl Control {
    pub(crate) fn connect(path: &Path) -> Self {
        let stream = connected(path);
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        let input = Vec::new();
        Self { stream, input }
    }

    /// Asks, and waits for the answer only after something else was done.
    pub(crate) fn call_around(&mut self, method: &str, meanwhile: impl FnOnce()) {
        self.ask(method, &[]);
        meanwhile();
        let answered = self.answer();
        answered.unwrap_or_else(|error| panic!("{method}: {error}"));
    }

    /// What the daemon answers; it has to succeed.
    pub(crate) fn call(&mut self, method: &str, parameters: &[&str]) -> String {
        self.try_call(method, parameters)
            .unwrap_or_else(|error| panic!("{method} {parameters:?}: {error}"))
    }

    /// What the daemon answers, or why not.
    pub(crate) fn try_call(&mut self, method: &str, parameters: &[&str]) -> Result<String, String> {
        self.ask(method, parameters);
        self.answer()
    }

    fn ask(&mut self, method: &str, parameters: &[&str]) {
        let request = json!({"id": 0, "method": method, "params": parameters});
        self.stream
            .write_all(request.to_string().as_bytes())
            .unwrap();
    }

    fn answer(&mut self) -> Result<String, String> {
        let reply = self.reply();
        match (&reply["error"], &reply["result"]) {
            (Value::Null, Value::String(text)) => Ok(text.clone()),
            (error, _) => Err(error.to_string()),
        }
    }

    fn reply(&mut self) -> Value {
        loop {
            let mut values = serde_json::Deserializer::from_slice(&self.input).into_iter();
            if let Some(Ok(value)) = values.next() {
                let read = values.byte_offset();
                self.input.drain(..read);
                return value;
            }
            let mut chunk = [0; 16_384];
            let length = self
                .stream
                .read(&mut chunk)
                .expect("Open vSwitch answers in time");
            assert_ne!(length, 0, "Open vSwitch closed its control socket");
            self.input.extend_from_slice(&chunk[..length]);
        }
    }
}
