//! The device room in the real window, with a real camera, a scale and a scanner on pseudo-terminals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod support;

use std::time::Duration;

use support::Story;

/// The code that the room itself shows; any other scan brings the bench to the front.
const SENT: &str = "RS:TEST";

/// Whether the page has what a selector finds.
fn shows(story: &Story, what: &str, css: &str) {
    story.window().until_true(what, &format!("return document.querySelector({css:?}) !== null")).unwrap();
}

fn value_of(story: &Story, css: &str) -> String {
    let value = story.window().script(&format!("return document.querySelector({css:?}).value")).unwrap();
    value.as_str().unwrap().to_owned()
}

fn type_keys(story: &Story, text: &str) {
    for character in text.chars() {
        story.window().press(&character.to_string()).unwrap();
        // Faster would be a scanner.
        std::thread::sleep(Duration::from_millis(70));
    }
}

#[test]
fn a_supervisor_tries_every_device_where_it_stands() {
    let mut story = Story::open("devices");
    story.until_stage("sign-in");
    story.sign_in("RS:O:TO-C40B77", "8642");
    story.until_stage("idle");
    story.window().press("Alt+5").unwrap();
    for kind in ["scanner", "camera", "scale"] {
        shows(&story, kind, &format!("[data-testid=devices-room] [data-kind={kind}][data-well=true]"));
    }

    story.until_loaded("[data-kind=camera] img");
    shows(&story, "what the light is like", "[data-verdict=exposure][data-fine]");
    story.window().click("[data-testid=mat-take]").unwrap();
    shows(&story, "the empty mat", "[data-testid=mat][data-taken=true]");

    story.player.dock.scale.put(430);
    shows(&story, "a weight", "[data-testid=scale-test][data-passed=true]");
    story.picture("room");
    story.player.dock.scale.put(0);

    story.window().click("[data-testid=scanner-raw-show]").unwrap();
    let scanner = |story: &Story, code: &str| {
        story.player.dock.scanner.as_ref().unwrap().send(code.as_bytes(), Duration::from_secs(30)).unwrap();
    };
    scanner(&story, SENT);
    shows(&story, "that the scan arrived", "[data-testid=scan-test]");
    let raw =
        format!("return document.querySelector('[data-testid=scanner-raw]').innerText.includes({SENT:?})");
    story.window().until_true("the scanner's bytes", &raw).unwrap();

    story.window().click("[data-testid=scale-set-up]").unwrap();
    shows(&story, "the scale's settings", "[data-testid=scale-form]");
    let path = value_of(&story, "#scale-path");
    story.window().click("#scale-path").unwrap();
    scanner(&story, SENT);
    // It is read long before that.
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(value_of(&story, "#scale-path"), path, "a scan types into no field");
    story.picture("scale");
    story.window().click("[data-testid=scale-cancel]").unwrap();

    story.window().click("[data-testid=camera-set-up]").unwrap();
    shows(&story, "the camera's settings", "[data-testid=camera-form]");
    let select = "document.querySelector('#camera-place').select(); return true";
    story.window().until_true("the address", select).unwrap();
    type_keys(&story, "nowhere");
    story.window().click("[data-testid=camera-save]").unwrap();
    shows(&story, "that nothing can be there", "[data-testid=camera-form] [role=alert]");
    story.picture("camera");
    story.window().click("[data-testid=camera-cancel]").unwrap();
    shows(&story, "the camera as it was", "[data-kind=camera][data-well=true]");
    story.close();
}
