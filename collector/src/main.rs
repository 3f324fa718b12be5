//! `avow-collector`: temporary entry for measuring.
use avow_collector::{broker, hub};
fn main() {
    let data = std::env::args().nth(1).unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("rt");
    runtime.block_on(async {
        let hub = hub::start(hub::Setup {
            data: data.into(),
            broker: broker::Setup::Embedded("127.0.0.1:0".parse().expect("a")),
            accept_new: true,
            rules: avow_collector::province::Rules::default(),
        }).await.expect("starts");
        println!("ready mqtt={}", hub.broker.address);
        let mut last = 0;
        loop {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => break,
                () = tokio::time::sleep(std::time::Duration::from_secs(2)) => {
                    let now = hub.counters.reports_stored.load(std::sync::atomic::Ordering::Relaxed);
                    let list: Vec<_> = hub.counters.list().into_iter().filter(|(_,_,v)| *v > 0).map(|(n,_,v)| format!("{n}={v}")).collect();
                    eprintln!("{} reports/s {}", (now - last) / 2, list.join(" "));
                    last = now;
                }
            }
        }
        hub.stop().await;
    });
}
