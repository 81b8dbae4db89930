//! Says where the built dashboard is, for it to be embedded.
//!
//! Without one the program still builds, and its page says what to do. The build never fails for
//! want of Node.

use std::path::{Path, PathBuf};
use std::{env, fs};

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Pointsman</title>\
<body style=\"font-family:sans-serif;max-width:40em;margin:4em auto;padding:0 1em\">\
<h1>Pointsman is running</h1>\
<p>The dashboard was not built into this binary: run <code>make</code> in its source tree.</p>\
<p>The API is at <a href=\"/api/v1/topology\">/api/v1</a>, its description at \
<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>, metrics at \
<a href=\"/metrics\">/metrics</a>.</p>\n";

fn main() {
    let built = manifest_dir().join("../web-ui/dist");
    // Cargo takes a watched path that is missing for a reason to build anew every time, so the
    // folder is made. Where that is not allowed, nothing is lost but the watching.
    let watched = built.is_dir() || fs::create_dir(&built).is_ok();
    if watched {
        println!("cargo::rerun-if-changed={}", built.display());
    } else {
        println!("cargo::rerun-if-changed=build.rs");
    }
    let dashboard = if built.join("index.html").is_file() {
        built
    } else {
        placeholder()
    };
    println!(
        "cargo::rustc-env=POINTSMAN_DASHBOARD={}",
        dashboard.display()
    );
}

fn manifest_dir() -> PathBuf {
    PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"))
}

fn placeholder() -> PathBuf {
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    let dir = Path::new(&out).join("dashboard");
    fs::create_dir_all(&dir).expect("cargo's own folder is writable");
    fs::write(dir.join("index.html"), NOT_BUILT).expect("cargo's own folder is writable");
    dir
}
