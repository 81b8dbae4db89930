//! Writes the seeds of the fuzz targets: samples, vectors, and lines of text for `text`.
//!
//! `make fuzz` runs it, then each target; in `openflow/fuzz`: `cargo run --bin seeds`, then
//! `cargo +nightly fuzz run decode`.

#[path = "../tests/corpus/mod.rs"]
mod corpus;
#[path = "../tests/random/mod.rs"]
mod random;
#[path = "../tests/samples/mod.rs"]
mod samples;
#[path = "../tests/targets/mod.rs"]
mod targets;

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let frames = corpus::frames();
    let lines: Vec<_> = corpus::LINES.iter().map(|line| line.as_bytes().to_vec()).collect();
    for (name, _) in targets::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        fs::create_dir_all(&folder)?;
        let seeds = if name == "text" { &lines } else { &frames };
        for (at, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{at}")), seed)?;
        }
    }
    Ok(())
}
