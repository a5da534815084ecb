//! Debian packages: which are needed for what, which are missing, and how they get here.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command;

/// What the window links against, and what zxing-cpp is built with.
pub const BUILD: &[&str] =
    &["cmake", "g++", "libwebkit2gtk-4.1-dev", "libudev-dev", "librsvg2-dev", "pkg-config"];

/// What all features together are compiled with: the bindings to V4L2, for USB cameras, and GStreamer, for RTSP.
pub const CHECK: &[&str] = &["libclang-dev", "libgstreamer-plugins-base1.0-dev", "libgstreamer1.0-dev"];

/// What the demo dock uses: an invisible screen with a driver for the window on it, and judges that read the
/// printed labels back.
pub const DOCK: &[&str] = &[
    "fonts-dejavu-core",
    "imagemagick",
    "poppler-utils",
    "webkit2gtk-driver",
    "xauth",
    "xvfb",
    "zbar-tools",
];

/// What the tests start.
pub const TEST: &[&str] = &[
    "avahi-daemon",
    "chromium",
    "cups-ipp-utils",
    "dbus",
    "ffmpeg",
    "fonts-dejavu-core",
    "gir1.2-gst-rtsp-server-1.0",
    "gnome-keyring",
    "gstreamer1.0-libav",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-ugly",
    "imagemagick",
    "iproute2",
    "iptables",
    "libgstreamer-plugins-base1.0-dev",
    "libgstreamer1.0-dev",
    "poppler-utils",
    "postgresql",
    "python3-gi",
    "socat",
    "webkit2gtk-driver",
    "xauth",
    "xdotool",
    "xvfb",
    "zbar-tools",
];

/// Installs those of `wanted` that are missing. On another system it says what is needed and goes on.
pub fn install(wanted: &BTreeSet<&str>, root: &Path) -> Result<()> {
    if !here(root) {
        println!(
            "This is not a Debian system: please see to it that the likes of these packages are here: {}",
            wanted.iter().copied().collect::<Vec<_>>().join(" ")
        );
        return Ok(());
    }
    let missing = missing(wanted, root)?;
    if missing.is_empty() {
        return Ok(());
    }
    println!("Debian packages that are missing here, to be installed now: {}", missing.join(" "));
    command::run(apt_get(root)?.arg("update").arg("--quiet=2"))?;
    command::run(
        apt_get(root)?.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(&missing),
    )
    .with_context(|| format!("needed, and not installed: {}", missing.join(" ")))
}

fn here(root: &Path) -> bool {
    command::succeeds(command::in_folder("dpkg-query", root).arg("--version"))
        && command::succeeds(command::in_folder("apt-get", root).arg("--version"))
}

fn missing<'a>(wanted: &BTreeSet<&'a str>, root: &Path) -> Result<Vec<&'a str>> {
    // It exits with 1 where it does not know one of them; what it prints is right all the same.
    let answer = command::in_folder("dpkg-query", root)
        .args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"])
        .args(wanted)
        .output()
        .context("dpkg-query did not start")?;
    Ok(not_installed(wanted, &String::from_utf8_lossy(&answer.stdout)))
}

fn not_installed<'a>(wanted: &BTreeSet<&'a str>, listing: &str) -> Vec<&'a str> {
    let installed: BTreeSet<&str> =
        listing.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    wanted.iter().copied().filter(|package| !installed.contains(package)).collect()
}

/// apt-get as root, or through sudo; it never waits for an answer.
fn apt_get(root: &Path) -> Result<Command> {
    if is_root(root) {
        let mut apt = command::in_folder("apt-get", root);
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        return Ok(apt);
    }
    if !command::succeeds(command::in_folder("sudo", root).arg("--version")) {
        bail!("packages are missing, and there is neither root nor sudo to install them with");
    }
    let mut apt = command::in_folder("sudo", root);
    // Not every sudoers file lets variables be set before the command.
    apt.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(apt)
}

fn is_root(root: &Path) -> bool {
    command::output(command::in_folder("id", root).arg("-u")).is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_fully_installed_counts() {
        let wanted = BTreeSet::from(["dbus", "socat", "xvfb", "zbar-tools"]);
        let listing = "dbus installed\nsocat config-files\nxvfb installed\n";
        assert_eq!(not_installed(&wanted, listing), ["socat", "zbar-tools"]);
    }

    #[test]
    fn a_package_that_no_system_has_is_missing() {
        if !here(Path::new(".")) {
            panic!("dpkg-query and apt-get are not here: this test belongs on Debian 12");
        }
        let wanted = BTreeSet::from(["dpkg", "no-such-package-as-this"]);
        assert_eq!(missing(&wanted, Path::new(".")).unwrap(), ["no-such-package-as-this"]);
    }
}
