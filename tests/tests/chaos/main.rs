//! Everything fails, in random order, and every number still has its end.
//!
//! Needs root (tmpfs), mosquitto and libfaketime. `AVOW_SEED` repeats an order.

mod dropped;
mod fault;
mod heard;
mod scene;

use avow_tests::rig::{Line, Random};
use scene::{Broker, Scene};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_in_whatever_order_every_number_has_its_end_over_the_broker_inside() {
    everything_fails(Broker::Inside, "chaos over the broker inside").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_in_whatever_order_every_number_has_its_end_over_mosquitto() {
    everything_fails(Broker::Mosquitto, "chaos over mosquitto").await;
}

/// Two faults at a time, until each has been there.
async fn everything_fails(broker: Broker, name: &str) {
    let mut random = Random::printed(name);
    let mut faults = fault::all(broker);
    random.shuffle(&mut faults);
    println!("{name}: {faults:?}");
    let mut scene = Scene::start(broker, &mut random).await;
    scene.until_stored(200).await;
    for together in faults.chunks_mut(2) {
        fault::suffer(&mut scene, together, &mut random).await;
    }
    scene.drain_and_compare().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_forgets_everything_loses_nothing() {
    let mut random = Random::printed("a forgetful broker");
    let mut scene = Scene::start(Broker::Mosquitto, &mut random).await;
    for _ in 0..3 {
        scene.until_stored(400).await;
        scene.broker_forgets_everything().await;
        scene.until_stored(400).await;
    }
    let ends = scene.drain_and_compare().await;
    assert_eq!((ends.refused, ends.dropped), (0, 0), "{ends:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_line_delays_and_loses_nothing() {
    let mut random = Random::printed("a slow line");
    let mut scene = Scene::start(Broker::Inside, &mut random).await;
    scene.until_stored(200).await;
    scene.line.set(Line::Slow { bytes_per_s: 2_000 });
    scene.until_logged(1_000).await;
    scene.line.set(Line::Open);
    let ends = scene.drain_and_compare().await;
    assert_eq!((ends.refused, ends.dropped), (0, 0), "{ends:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_at_hq_is_said_and_nothing_is_lost() {
    let mut random = Random::printed("a full disk at HQ");
    let mut scene = Scene::start(Broker::Inside, &mut random).await;
    scene.until_stored(200).await;
    let ballast = scene.data_disk.fill();
    scene.until_health("degraded").await;
    drop(ballast);
    scene.until_health("ok").await;
    scene.until_stored(200).await;
    let ends = scene.drain_and_compare().await;
    assert_eq!((ends.refused, ends.dropped), (0, 0), "{ends:?}");
}
