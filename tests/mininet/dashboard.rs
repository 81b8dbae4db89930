//! The dashboard in a real browser, over a real network.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use pointsman_tests::Ground;

use crate::Scene;

/// How the browser's tests cut a cable: called with switch, port name and `up` or `down`. Ports of
/// Mininet's switches are interfaces of this machine.
const LINK: &str = "#!/bin/sh\nexec ip link set dev \"$2\" \"$3\"\n";

#[test]
fn the_dashboard_shows_a_real_network_as_it_is() {
    let scene = Scene::known("fat-tree,4");
    scene.lab.assert_pingall();
    let scripts = tempfile::tempdir().unwrap();
    let link = scripts.path().join("link");
    fs::write(&link, LINK).unwrap();
    fs::set_permissions(&link, fs::Permissions::from_mode(0o755)).unwrap();

    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let status = Command::new("npm")
        .arg("test")
        .current_dir(tests)
        .env(
            "POINTSMAN_URL",
            format!("http://{}", scene.controller.http()),
        )
        .env("POINTSMAN_LINK", &link)
        .status()
        .unwrap();
    assert!(status.success(), "npm test in tests/browser: {status}");
}
