//! Writes the seeds of the fuzz target: the samples and vectors of the tests.
//!
//! `cargo run --bin seeds`, then `cargo +nightly fuzz run message` in `openflow/fuzz`.

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::fs;
use std::path::Path;

use bytes::BytesMut;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = root.join("corpus/message");
    fs::create_dir_all(&corpus)?;
    for (at, (_, message)) in samples::samples().into_iter().enumerate() {
        let mut bytes = BytesMut::new();
        message.encode(&mut bytes).expect("samples are short");
        fs::write(corpus.join(format!("sample-{at}")), bytes)?;
    }
    for file in ["os-ken", "ovs-print"] {
        let text = fs::read_to_string(root.join(format!("../tests/vectors/{file}.jsonl")))?;
        for (at, line) in text.lines().enumerate() {
            let vector: serde_json::Value = serde_json::from_str(line)?;
            let bytes = vector["hex"].as_str().and_then(|digits| hex::decode(digits).ok());
            fs::write(corpus.join(format!("{file}-{at}")), bytes.expect("vectors have hex"))?;
        }
    }
    Ok(())
}
