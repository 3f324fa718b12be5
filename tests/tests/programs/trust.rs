//! Who is believed: forged words of HQ, second keys, keys that nobody accepted yet, and plain garbage.

mod garbage_http;
mod garbage_mqtt;
mod keys;
mod presence;
mod rogue;
mod state;

use avow_tests::rig::{Collector, CollectorPlan, Folder};

/// A collector with everything inside, in a folder of its own.
async fn collector(folder: &Folder, accept_new: bool) -> Collector {
    let inside = CollectorPlan::inside(folder.file("data"));
    Collector::start(folder, &CollectorPlan { accept_new, ..inside }).await
}
