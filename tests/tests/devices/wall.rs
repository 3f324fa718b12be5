//! The switch probe against a simulated video wall: another source in a window, read back, and what was there again.

use avow_agent::probe::{Context, Found, Work, run};
use avow_shared::outcome::Verdict;
use avow_tests::rig::Folder;
use avow_tests::sim::wall::{Faults, Wall};

use crate::site;

async fn found(wall: &Wall, sink: &str) -> Found {
    let folder = Folder::new();
    std::fs::write(folder.file("password"), "adminpw").expect("writes");
    let keys = format!(
        "profile='video-wall'\naddress='{}'\nsources=['Slot3.In1', 'Slot4.In2']\nsink='{sink}'\n\
         user='admin'\npassword_file='{}'",
        wall.on_tcp().await,
        folder.file("password").display()
    );
    let work = Work::parse("switch", keys.parse().expect("a table")).unwrap_or_else(|wrong| panic!("{keys}: {wrong}"));
    let context = Context { may_move: true, state_dir: folder.path().to_path_buf(), ..site::context() };
    run(&work, &context).await
}

#[tokio::test]
async fn a_wall_shows_another_source_and_then_what_was_there() {
    let wall = Wall::new(&[("Window1", "Slot3.In1"), ("Window2", "Slot3.In2")], Faults::default());
    let found = found(&wall, "Window1").await;
    assert_eq!(found.verdict, Verdict::Pass, "{}", found.detail);
    assert!(found.detail.contains("Slot3.In1 → Slot4.In2") && found.detail.contains("已恢复"), "{}", found.detail);
    let shown = ["Window1", "Window2"].map(|window| wall.shows(window));
    assert_eq!(shown, [Some("Slot3.In1".to_owned()), Some("Slot3.In2".to_owned())]);
}

#[tokio::test]
async fn a_wall_that_only_says_so_and_a_window_that_there_is_not_are_findings() {
    let wall = Wall::new(&[("Window1", "Slot3.In1")], Faults { ignores: true });
    let ignored = found(&wall, "Window1").await;
    assert_eq!(ignored.verdict, Verdict::fail("switch.not-routed"), "{}", ignored.detail);
    let missing = found(&wall, "Window9").await;
    assert!(matches!(missing.verdict, Verdict::Fail { .. }), "{}", missing.detail);
    assert_eq!(wall.shows("Window1").as_deref(), Some("Slot3.In1"));
}
