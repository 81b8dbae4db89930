//! Frames that left by a port: what was written to its capture file since the last look.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use bytes::{Buf, Bytes, BytesMut};

/// Bytes in front of the first packet.
const FILE_HEADER: usize = 24;
/// Bytes in front of each: two of time, captured and full length, in the order of the machine.
const PACKET_HEADER: usize = 16;

/// A capture file that Open vSwitch writes to, whole packets at a time.
pub(crate) struct Capture {
    file: File,
    input: BytesMut,
    begun: bool,
}

impl Capture {
    pub(crate) fn open(path: &Path) -> Self {
        let file = File::open(path).unwrap();
        let input = BytesMut::new();
        Self {
            file,
            input,
            begun: false,
        }
    }

    pub(crate) fn frames(&mut self) -> Vec<Bytes> {
        let mut chunk = [0; 65_536];
        loop {
            let length = self.file.read(&mut chunk).unwrap();
            self.input.extend_from_slice(&chunk[..length]);
            if length < chunk.len() {
                break;
            }
        }
        if !self.begun && self.input.len() >= FILE_HEADER {
            self.input.advance(FILE_HEADER);
            self.begun = true;
        }
        let mut frames = Vec::new();
        while let Some(header) = self.input.first_chunk::<PACKET_HEADER>() {
            let [.., a, b, c, d, _, _, _, _] = *header;
            let length = u32::from_ne_bytes([a, b, c, d]) as usize;
            if self.input.len() < PACKET_HEADER + length {
                break;
            }
            self.input.advance(PACKET_HEADER);
            frames.push(self.input.split_to(length).freeze());
        }
        frames
    }
}
