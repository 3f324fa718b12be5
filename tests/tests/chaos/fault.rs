//! The faults: how each begins, and how it ends.

use std::time::Duration;

use avow_tests::rig::{Ballast, Clock, Line, Random};

use crate::scene::{Broker, Scene};

/// How long faults last at most.
const LONGEST: Duration = Duration::from_secs(4);

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// kill -9 of the fleet, later started on the same spools.
    FleetKilled,
    /// kill -9 of the real agents, later started on the same state.
    AgentsKilled,
    /// kill -9 of the collector, later started on the same data.
    CollectorKilled,
    /// Connections are reset and new ones closed.
    LineCut,
    /// Connections stay and nothing passes.
    LineHung,
    /// Not a byte is free below the collector's data.
    DataDiskFull,
    /// Not a byte is free below the spools.
    SpoolDiskFull,
    /// kill -9 of the fleet and of the real agents; they live on in 1970 for a while.
    ClockUnset,
    /// Mosquitto is killed; the next one knows of nothing.
    BrokerKilled,
}

pub(crate) fn all(broker: Broker) -> Vec<Fault> {
    use Fault::*;
    let mut all = vec![
        FleetKilled,
        AgentsKilled,
        CollectorKilled,
        LineCut,
        LineHung,
        DataDiskFull,
        SpoolDiskFull,
        ClockUnset,
        CollectorKilled,
    ];
    if broker == Broker::Mosquitto {
        all.push(BrokerKilled);
    }
    all
}

/// Begins all of `faults`, lets the fleet go on for a while if it can, ends them in another order, and waits for reports
/// to flow again.
pub(crate) async fn suffer(scene: &mut Scene, faults: &mut [Fault], random: &mut Random) {
    let mut ballasts = Vec::new();
    for fault in faults.iter() {
        println!("  begins: {fault:?}");
        ballasts.extend(begin(scene, *fault));
    }
    // The faults last for so many outcomes; a fleet that is dead or has no disk may invent none, so for a time at most.
    let _ = tokio::time::timeout(LONGEST, scene.until_logged(500)).await;
    // Both disks are free again before anybody starts on them.
    drop(ballasts);
    random.shuffle(faults);
    for fault in faults.iter() {
        println!("  ends: {fault:?}");
        end(scene, *fault).await;
    }
    scene.until_stored(200).await;
}

fn begin(scene: &mut Scene, fault: Fault) -> Option<Ballast> {
    match fault {
        Fault::FleetKilled => scene.fleet.process.kill(),
        Fault::AgentsKilled => scene.agents.iter_mut().for_each(|agent| agent.process.kill()),
        Fault::CollectorKilled => scene.collector.process.kill(),
        Fault::LineCut => scene.line.set(Line::Cut),
        Fault::LineHung => scene.line.set(Line::Hung),
        Fault::DataDiskFull => return Some(scene.data_disk.fill()),
        Fault::SpoolDiskFull => return Some(scene.spool_disk.fill()),
        Fault::ClockUnset => {
            scene.fleet.process.kill();
            scene.start_fleet(Clock::Epoch);
            scene.start_agents(Clock::Epoch);
        }
        Fault::BrokerKilled => scene.kill_broker(),
    }
    None
}

async fn end(scene: &mut Scene, fault: Fault) {
    match fault {
        Fault::FleetKilled => scene.start_fleet(Clock::Machine),
        Fault::AgentsKilled => scene.start_agents(Clock::Machine),
        Fault::CollectorKilled => scene.start_collector().await,
        Fault::LineCut | Fault::LineHung => scene.line.set(Line::Open),
        Fault::DataDiskFull | Fault::SpoolDiskFull => {}
        Fault::ClockUnset => {
            scene.fleet.process.kill();
            scene.start_fleet(Clock::Machine);
            scene.start_agents(Clock::Machine);
        }
        Fault::BrokerKilled => scene.broker_forgets_everything().await,
    }
}
