//! A broker in the wrong hands: it can publish to every agent, but it has not HQ's key.

use std::time::Duration;

use avow_shared::id::{AgentId, SpoolId};
use avow_shared::order::{Order, Scope, Task};
use avow_shared::place::PlaceCode;
use avow_shared::topic;
use avow_shared::wire::{Ack, Signer, Standing, VERSION, Welcome};
use avow_tests::rig::{
    Collector, CollectorPlan, Fleet, FleetLog, FleetPlan, Folder, Http, Line, Mosquitto, MqttClient, Proxy, Random,
    accounting, assert_values_as_logged, until_missing, wait_until,
};

const VENUES: u32 = 20;
const SOON: Duration = Duration::from_secs(40);

/// The line of the collector to the broker is cut, so that the only acks are forged; whoever believes one forgets what HQ
/// never got.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_ack_welcome_or_order_deletes_nothing() {
    let (folder, mut random) = (Folder::new(), Random::printed("a rogue broker"));
    let broker = Mosquitto::start(&folder).await;
    let to_hq = Proxy::to(broker.address()).await;
    let inside = CollectorPlan::inside(folder.file("data"));
    let plan = CollectorPlan { broker: Some(to_hq.address()), ..inside };
    let collector = Collector::start(&folder, &plan).await;
    let http = collector.api();
    let mut fleet = Fleet::start(&folder, &FleetPlan::new(VENUES, broker.address(), random.number() >> 16)).await;
    until_stored(&http, 200).await;

    to_hq.set(Line::Cut);
    let before = fleet.logged_bytes();
    let targets = targets(&http).await;
    assert_eq!(targets.len(), VENUES as usize);
    let mut rogue = Rogue::connect(&broker, &mut random).await;
    wait_until("a fleet that produces under false acks", SOON, async || {
        for target in &targets {
            rogue.forge(target).await;
        }
        (fleet.logged_bytes() > before + 600_000).then_some(())
    })
    .await;
    to_hq.set(Line::Open);
    until_stored(&http, 200).await;
    until_missing(&http, 0, 2 * SOON).await;
    fleet.drain(SOON).await;

    let (total, _) = accounting(&http).await;
    assert!(total.is_whole() && total.dropped == 0 && total.refused == 0, "{total:?}");
    let log = FleetLog::read([fleet.log()]);
    let logged = u64::try_from(log.lines().len()).unwrap_or_default();
    assert!(total.stored >= logged, "{logged} were invented, {total:?}");
    assert_values_as_logged(&http, &log, 4).await;
}

async fn until_stored(http: &Http, more: u64) {
    let first = accounting(http).await.0.stored;
    wait_until("more reports in the journal", SOON, async || {
        (accounting(http).await.0.stored >= first + more).then_some(())
    })
    .await;
}

struct Target {
    agent: AgentId,
    place: PlaceCode,
    spool: SpoolId,
}

/// Every agent with its place and spool, as the API shows them to anybody.
async fn targets(http: &Http) -> Vec<Target> {
    let agents = http.agents("").await;
    let spools = accounting(http).await.1;
    let target = |item: &serde_json::Value| {
        let agent = item["id"].as_str()?;
        let spool = spools.iter().find(|(id, ..)| id == agent)?.1.parse().ok()?;
        Some(Target { agent: agent.parse().ok()?, place: item["place"].as_str()?.parse().ok()?, spool })
    };
    agents.iter().filter_map(target).collect()
}

struct Rogue {
    mqtt: MqttClient,
    signer: Signer,
    number: u64,
}

impl Rogue {
    async fn connect(broker: &Mosquitto, random: &mut Random) -> Self {
        let mqtt = MqttClient::connect(broker.address(), "rogue").await.expect("the broker lets anybody in");
        Self { mqtt, signer: Signer::from_seed(&random.key()), number: 0 }
    }

    /// Everything that HQ could say to make an agent forget, in another hand.
    async fn forge(&mut self, target: &Target) {
        // Far in the future: an agent that believes it passes over every true ack afterwards.
        let issued_ms = u64::MAX / 4;
        let ack = Ack { to: target.agent, spool: target.spool, issued_ms, upto: 1 << 40, more: vec![] };
        let welcome = Welcome {
            to: target.agent,
            boot_nonce: [0; 16],
            hq_ms: issued_ms,
            standing: Standing::Refused,
            reads: vec![VERSION],
            window: 0,
            ack: ack.clone(),
        };
        self.number += 1;
        let scope = Scope::Agents(vec![target.agent]);
        let order = Order { number: self.number, given_ms: 0, expires_ms: u64::MAX, scope, task: Task::RollCall };
        let topic = topic::down(target.place, target.agent);
        for bytes in [ack.seal(&self.signer), welcome.seal(&self.signer), order.seal(&self.signer), vec![0; 90]] {
            self.mqtt.publish_and_wait(&topic, &bytes).await.expect("the broker takes anything");
        }
    }
}
