//! `pointsman decode`: a hex line in, a JSON line out, in order, whatever comes.

use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;

/// The longest message there is (64 KiB) in hex with a blank after every byte, and room.
const LONGEST_LINE: u64 = 256 << 10;

/// Until the end of the input. Answers are flushed when no more input waits, so that a program at
/// the other end can ask one at a time.
pub(super) fn decode(input: impl Read, output: impl Write) -> anyhow::Result<ExitCode> {
    let mut input = io::BufReader::with_capacity(64 << 10, input);
    let mut output = io::BufWriter::new(output);
    let mut line = Vec::new();
    while next_line(&mut input, &mut line)? {
        let answer = match std::str::from_utf8(&line) {
            Ok(_) if line.len() as u64 >= LONGEST_LINE => refused("the line is too long"),
            Ok(text) => openflow::decode_line(text.trim()),
            Err(_) => refused("the line is not text"),
        };
        writeln!(output, "{answer}")?;
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn refused(error: &str) -> String {
    serde_json::json!({"ok": false, "error": error}).to_string()
}

/// False at the end. Of a line that is too long the rest is skipped.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let read = input.by_ref().take(LONGEST_LINE).read_until(b'\n', line)?;
    let mut ended = line.last() == Some(&b'\n');
    while read as u64 == LONGEST_LINE && !ended {
        let waiting = input.fill_buf()?;
        let (skip, found) = match waiting.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (waiting.len(), waiting.is_empty()),
        };
        input.consume(skip);
        ended = found;
    }
    Ok(read > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(input: &[u8]) -> Vec<serde_json::Value> {
        let mut output = Vec::new();
        decode(input, &mut output).unwrap();
        let lines = output.split(|byte| *byte == b'\n');
        lines
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    #[test]
    fn every_line_has_its_answer_in_order() {
        let mut input = b"0402000800000001\nzz\n\n\xff\xfe\n".to_vec();
        input.extend(vec![b'0'; 2 * LONGEST_LINE as usize]);
        input.extend(b"\r\n0100000800000007");
        let answers = decoded(&input);
        let ok: Vec<_> = answers.iter().map(|a| a["ok"].as_bool().unwrap()).collect();
        assert_eq!(ok, [true, false, false, false, false, true], "{answers:?}");
        assert_eq!(answers[5]["type"], "hello");
        assert_eq!(answers[3]["error"], "the line is not text");
        assert_eq!(answers[4]["error"], "the line is too long");
    }

    #[test]
    fn no_input_no_output() {
        assert!(decoded(b"").is_empty());
    }
}
