//! A meeting that begins while a test turns a camera, or a preset is learnt: the real agent, a simulated camera that takes its time.

use std::time::Duration;

use avow_tests::rig::{Folder, wait_until};
use avow_tests::sim::camera::Faults;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::camera_control::{MARGIN, SOON, Wired, ask, configured, running, wired};

const RECALL: &[u8] = &[0x81, 0x01, 0x04, 0x3f, 0x02, 0x01, 0xff];
/// Any `Pan-tiltAbsolute` begins so.
const GO: &[u8] = &[0x81, 0x01, 0x06, 0x02];
const WITHIN: Duration = Duration::from_millis(200);

async fn commanded(folder: &Folder, command: &Value) -> Value {
    ask(folder, &json!({ "camera": { "name": "front", "command": command, "agreed": true } }).to_string()).await
}

fn position(reply: &Value) -> Vec<f64> {
    let values = reply["checked"][0]["values"].as_array().cloned().unwrap_or_default();
    let of = |name: &str| values.iter().find(|value| value["name"] == name).and_then(|value| value["number"].as_f64());
    ["pan", "tilt", "zoom"].into_iter().filter_map(of).collect()
}

async fn goes(camera: &mut Wired) -> Instant {
    camera.hears("an absolute position", |frame| frame.starts_with(GO)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_that_turns_a_camera_ends_at_once_and_the_camera_goes_back_to_where_it_stood() {
    let folder = Folder::new();
    let mut camera = wired(&folder, Faults { move_ms: Some(1_500), ..Faults::default() });
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    let text = std::fs::read_to_string(&config).expect("reads") + "preset = 1\n";
    std::fs::write(&config, text).expect("writes");
    let _agent = running(&folder, &config).await;
    for command in [
        json!({ "go": { "pan": 300, "tilt": 40, "zoom": 512 } }),
        json!({ "store": 1 }),
        json!({ "go": { "pan": -100, "tilt": 20, "zoom": 256 } }),
    ] {
        let reply = commanded(&folder, &command).await;
        assert!(reply["checked"][0]["verdict"].to_string().contains("pass"), "{reply}");
    }
    goes(&mut camera).await;
    goes(&mut camera).await;

    let request = json!({ "check": { "probes": ["front"], "agreed": { "350102001-01/front": true } } }).to_string();
    let meeting = async {
        camera.hears_frame(RECALL).await;
        let told = Instant::now();
        assert_eq!(ask(&folder, r#"{"meeting":{"on":true}}"#).await, json!({ "done": {} }));
        (told, goes(&mut camera).await)
    };
    let (checked, (told, back)) = tokio::join!(ask(&folder, &request), meeting);
    let ended = Instant::now();
    assert!(back - told < WITHIN + MARGIN, "it is sent back {:?} after the meeting was announced", back - told);
    assert_eq!(checked["checked"][0]["verdict"]["unknown"]["why"]["interlocked"]["wanted"], "motion", "{checked}");
    assert!(ended - told < Duration::from_millis(1_500), "nobody waits for a move that is over: {:?}", ended - told);
    let there = wait_until("the camera to be back", SOON, async || {
        let reply = commanded(&folder, &json!("ask")).await;
        (position(&reply) == [-100.0, 20.0, 256.0]).then_some(reply)
    });
    there.await;
    drop(camera.pty);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preset_that_is_being_learnt_when_a_meeting_begins_is_not_and_the_camera_goes_back() {
    let folder = Folder::new();
    let mut camera = wired(&folder, Faults { move_ms: Some(1_500), ..Faults::default() });
    let config = configured(&folder, &camera.path, "127.0.0.1:1", "");
    let _agent = running(&folder, &config).await;
    for command in [
        json!({ "go": { "pan": 300, "tilt": 40, "zoom": 512 } }),
        json!({ "store": 1 }),
        json!({ "go": { "pan": -100, "tilt": 20, "zoom": 256 } }),
    ] {
        let reply = commanded(&folder, &command).await;
        assert!(reply["checked"][0]["verdict"].to_string().contains("pass"), "{reply}");
    }
    goes(&mut camera).await;
    goes(&mut camera).await;

    let meeting = async {
        camera.hears_frame(RECALL).await;
        let told = Instant::now();
        assert_eq!(ask(&folder, r#"{"meeting":{"on":true}}"#).await, json!({ "done": {} }));
        (told, goes(&mut camera).await)
    };
    let learn = json!({ "learn": 1 });
    let (learnt, (told, back)) = tokio::join!(commanded(&folder, &learn), meeting);
    assert!(back - told < WITHIN + MARGIN, "it is sent back {:?} after the meeting was announced", back - told);
    assert_eq!(learnt["checked"][0]["verdict"]["unknown"]["why"]["interlocked"]["wanted"], "motion", "{learnt}");
    wait_until("the camera to be back", SOON, async || {
        let reply = commanded(&folder, &json!("ask")).await;
        (position(&reply) == [-100.0, 20.0, 256.0]).then_some(())
    })
    .await;
    let references = std::fs::read_dir(folder.path().join("state").join("references")).into_iter().flatten().count();
    assert_eq!(references, 0, "nothing was learnt");
    drop(camera.pty);
}
