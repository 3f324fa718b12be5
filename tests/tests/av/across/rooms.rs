//! Two agents with their headquarters, and what HQ says of a run of both.

use std::path::PathBuf;
use std::time::Duration;

use avow_tests::rig::{Agent, AgentPlan, Collector, CollectorPlan, Folder, Http, PulseAudio, announce, wait_until};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(60);
pub(super) const FIRST: &str = "350102001-01";
pub(super) const SECOND: &str = "350103001-01";

/// The ends of what a venue hears and says, as its agent is configured.
pub(super) fn probe(play: &str, listen: &str, more: &str) -> String {
    format!(
        "\n[[venue.probe]]\nid = \"across\"\nname = \"双会场互测\"\nkind = \"mouth-to-ear\"\nplay = \"pulse:{play}\"\n\
         reference = \"pulse:{play}.monitor\"\nlisten = \"pulse:{listen}\"\n{more}\n"
    )
}

/// A venue with an agent of its own.
pub(super) struct Room {
    pub(super) name: &'static str,
    pub(super) venue: &'static str,
    /// Behind its other probes.
    pub(super) more: String,
    /// What its camera shows.
    pub(super) film: Option<PathBuf>,
}

/// A headquarters and its venues.
pub(super) struct Rooms {
    pub(super) collector: Collector,
    pub(super) agents: Vec<Agent>,
    pub(super) http: Http,
}

impl Rooms {
    /// With each venue's probe.
    pub(super) async fn open(folder: &Folder, server: &PulseAudio, probes: [String; 2]) -> Self {
        let named = [("first-agent", FIRST), ("second-agent", SECOND)].into_iter().zip(probes);
        let venues = named.map(|((name, venue), more)| Room { name, venue, more, film: None });
        Self::of(folder, server, &CollectorPlan::inside(folder.file("data")), venues).await
    }

    /// With these venues.
    pub(super) async fn of(
        folder: &Folder,
        server: &PulseAudio,
        hq: &CollectorPlan,
        venues: impl IntoIterator<Item = Room>,
    ) -> Self {
        let collector = Collector::start(folder, hq).await;
        let mut agents = Vec::new();
        for Room { name, venue, more, film } in venues {
            let mut plan = AgentPlan::new(name, venue, collector.mqtt, collector.http);
            (plan.more, plan.film) = (more, film);
            plan.variables = vec![("PULSE_SERVER", server.server())];
            agents.push(Agent::start(folder, &plan));
        }
        let http = collector.api();
        Self { collector, agents, http }
    }

    /// HQ has both take part, as soon as it knows them; the run's number.
    pub(super) async fn begin(&self) -> u64 {
        let order = json!({ "first": FIRST, "second": SECOND, "confirmed": true });
        wait_until("HQ to begin a run", SOON, async || {
            let sent =
                self.http.request(reqwest::Method::POST, "/api/v1/mouth-to-ear").json(&order).send().await.ok()?;
            let begun: Value = sent.json().await.ok()?;
            begun["number"].as_u64()
        })
        .await
    }

    /// The same; what it says once nothing more comes.
    pub(super) async fn run(&self) -> Value {
        let number = self.begin().await;
        wait_until("both to have told", SOON, async || {
            let run = self.http.try_json(&format!("/api/v1/mouth-to-ear/{number}")).await?;
            let answered = run["ends"].as_array()?.iter().all(|end| !end["answer"].is_null());
            (answered && run["until_ms"].is_null()).then_some(run)
        })
        .await
    }
}

/// A number of a way, from the first to the second (0) or back (1).
#[track_caller]
pub(super) fn number(run: &Value, way: usize, name: &str) -> f64 {
    run["ways"][way][name].as_f64().unwrap_or_else(|| panic!("no {name} of way {way}: {run:#}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_venues_on_one_sound_server_hear_and_see_each_other_by_hqs_order() {
    let folder = Folder::new();
    let lines = [PulseAudio::air("first_out.monitor", "second_in"), PulseAudio::air("second_out.monitor", "first_in")];
    let server = PulseAudio::start(&folder, &["first_out", "first_in", "second_out", "second_in"], &lines).await;
    let stream = super::reel::rtp(&folder, "to-second", None);
    let show = format!("show = \"{}\"", stream.address());
    let look = format!(
        "look = \"sdp:{}\"\nlimits = {{ far_still = {{ good = 2000, tolerable = 5000 }} }}",
        stream.description().display()
    );
    let rooms = Rooms::open(
        &folder,
        &server,
        [probe("first_out", "first_in.monitor", &show), probe("second_out", "second_in.monitor", &look)],
    )
    .await;
    let run = rooms.run().await;
    for way in [0, 1] {
        assert_eq!(run["ways"][way]["heard"], "right", "{run:#}");
        // Null sinks and a loopback between them; what is played at -20 dB of full scale is heard at that.
        assert!((-22.0..=-18.0).contains(&number(&run, way, "level_db")), "{run:#}");
        assert!((5.0..90.0).contains(&number(&run, way, "delay_ms")), "20 ms, and what a busy server adds: {run:#}");
    }
    let round_trip = run["round_trip_ms"].as_f64().expect("both are known");
    let sum = number(&run, 0, "delay_ms") + number(&run, 1, "delay_ms");
    // Each is told to a tenth of a millisecond.
    assert!((round_trip - sum).abs() < 0.11 && round_trip > 0.0, "{run:#}");
    // The picture is a stream that comes at once, the sound is 20 ms on its way.
    assert_eq!(run["ways"][0]["seen"], "right", "{run:#}");
    let (lips, error) = (number(&run, 0, "lip_sync_ms"), number(&run, 0, "lip_sync_error_ms"));
    println!("lip sync {lips} ± {error}");
    assert!((lips + 20.0).abs() <= error && error < 120.0, "{run:#}");
    let frames = run["ways"][0]["picture"]["frames"].as_u64().expect("frames");
    assert!(frames > 250, "{run:#}");
    assert!(run["ways"][1]["picture"].is_null(), "the first does not look: {run:#}");
    drop(rooms.agents);
    drop(rooms.collector);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_meeting_that_is_announced_ends_a_run_within_a_fifth_of_a_second_and_no_child_is_left() {
    let folder = Folder::new();
    let server = PulseAudio::start(&folder, &["first_out", "first_in", "second_out", "second_in"], &[]).await;
    let probes = [probe("first_out", "first_in.monitor", ""), probe("second_out", "second_in.monitor", "")];
    let rooms = Rooms::open(&folder, &server, probes).await;
    let path = format!("/api/v1/mouth-to-ear/{}", rooms.begin().await);
    let agent = &rooms.agents[0].process;
    wait_until("the first venue to listen", SOON, async || (children(agent.pid()) >= 2).then_some(())).await;
    let socket = folder.folder("first-agent").join("agent.sock");
    let said = std::time::Instant::now();
    announce(socket, true).await;
    wait_until("its children to be gone", SOON, async || (children(agent.pid()) == 0).then_some(())).await;
    let took = said.elapsed();
    // 200 ms, and what two busy cores add.
    assert!(took < Duration::from_millis(600), "{took:?}");
    let run = wait_until("the answer", SOON, async || {
        let run = rooms.http.try_json(&path).await?;
        (!run["ends"][0]["answer"].is_null()).then_some(run)
    })
    .await;
    assert_eq!((&run["ends"][0]["answer"], &run["ends"][0]["told"]), (&json!("interlocked"), &json!(false)), "{run:#}");
    wait_until("it to be among the room's events", SOON, async || {
        let venue = rooms.http.try_json(&format!("/api/v1/venues/{FIRST}")).await?.to_string();
        venue.contains("test.aborted").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_on_when_hq_is_killed_is_known_when_it_starts_again() {
    let folder = Folder::new();
    let server = PulseAudio::start(&folder, &["first_out", "first_in", "second_out", "second_in"], &[]).await;
    let probes = [probe("first_out", "first_in.monitor", ""), probe("second_out", "second_in.monitor", "")];
    let mut rooms = Rooms::open(&folder, &server, probes).await;
    let number = rooms.begin().await;
    rooms.collector.process.kill();
    // Nobody tells the agents where it is now.
    let collector = Collector::start(&folder, &CollectorPlan::inside(folder.file("data"))).await;
    let run = collector.api().json(&format!("/api/v1/mouth-to-ear/{number}")).await;
    assert_eq!((&run["interrupted"], &run["verdict"]), (&json!(true), &json!("unknown")), "{run:#}");
    let ends = [0, 1].map(|at| (run["ends"][at]["venue"].clone(), run["ends"][at]["told"].clone()));
    assert_eq!(ends, [FIRST, SECOND].map(|venue| (json!(venue), json!(false))), "{run:#}");
    let of_second = collector.api().json(&format!("/api/v1/mouth-to-ear?venue={SECOND}")).await;
    assert_eq!(of_second["items"][0]["number"], json!(number));
}

/// How many children called ffmpeg a process has, those among them that nobody has reaped.
fn children(process: nix::unistd::Pid) -> usize {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let ids: Vec<String> =
        lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    let stats = ids.iter().filter_map(|id| std::fs::read_to_string(format!("/proc/{id}/stat")).ok());
    stats.filter(|stat| stat.contains("(ffmpeg)")).count()
}
