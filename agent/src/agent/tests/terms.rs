//! What binds backup paths is told to an HQ that hears of it, and told again to one that lost it.

use avow_shared::wire::{FACTS_SINCE, VERSION};

use super::*;

const BACKUP: &str = r#"
[agent]
place = "350102001"
[hq]
broker = "mqtt://127.0.0.1:1883"
http = "http://127.0.0.1:1"
[[venue]]
id = "350102001-01"
name = "指挥大厅"
[[venue.chain]]
id = "backup"
name = "备用链路"
role = "backup"
proven_within_days = 3
stages = [{ id = "line", name = "移动网" }]
[[venue.probe]]
id = "host"
name = "本机"
kind = "host"
covers = ["line"]
"#;

fn told(world: &World) -> usize {
    let is_it = |report: &&Report| matches!(report, Report::Terms(terms) if terms.within.len() == 1);
    world.sent.iter().filter(is_it).count()
}

#[test]
fn terms_are_told_once_to_an_hq_that_reads_them() {
    let mut world = World::of(BACKUP, NOON_MS, ClockQuality::Free, false);
    world.connect_to(&[VERSION, FACTS_SINCE], 0);
    assert_eq!(told(&world), 0);
    let produced = world.agent.reporter().keeper().ledger().produced();
    world.connect_to(&READS, produced);
    assert_eq!(told(&world), 1);
    let produced = world.agent.reporter().keeper().ledger().produced();
    world.connect_to(&READS, produced);
    assert_eq!(told(&world), 1, "it has not forgotten them");
}

#[test]
fn a_venue_without_backups_tells_none() {
    let mut world = World::noon();
    world.connect();
    assert!(!world.sent.iter().any(|report| matches!(report, Report::Terms(_))));
}
