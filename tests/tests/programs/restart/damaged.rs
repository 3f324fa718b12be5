//! HQ's database is damaged: it is set aside whole, and everybody who looks at HQ is told.

use avow_tests::rig::{Collector, CollectorPlan, Folder};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_set_aside_is_told_to_who_looks() {
    let folder = Folder::new();
    let plan = CollectorPlan::inside(folder.file("data"));
    let mut collector = Collector::start(&folder, &plan).await;
    let (status, said) = collector.api().import(REGISTER).await;
    assert!(status.is_success(), "{said}");
    assert_eq!(collector.api().json("/api/v1/health").await["trouble"], serde_json::Value::Null);
    collector.stop().await;

    // As a disk that has lost what it wrote: sled takes it for an empty one.
    let hq = folder.file("data").join("hq");
    let log = hq.join("db");
    let length = std::fs::metadata(&log).expect("is there").len();
    std::fs::write(&log, vec![0; usize::try_from(length).expect("is short")]).expect("writes");
    for file in hq.read_dir().expect("lists").flatten().map(|file| file.path()) {
        if file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snap.")) {
            std::fs::remove_file(file).expect("goes");
        }
    }

    let collector = Collector::start(&folder, &plan).await;
    let health = collector.api().json("/api/v1/health").await;
    assert_eq!((&health["status"], &health["trouble"]), (&"degraded".into(), &"set-aside".into()), "{health}");
    let kept = folder.file("data").join("hq.damaged-1");
    assert!(health["detail"].as_str().is_some_and(|said| said.contains(&*kept.display().to_string())), "{health}");
    assert!(kept.join("db").exists());
}

const REGISTER: &str = "place,name,parent,venue\n350128,平潭县,35,\n";
