//! The API over a small province, without a socket.

use avow_shared::hash::{ContentHash, to_hex};
use avow_shared::id::AgentId;
use avow_shared::wire::{PublicKey, Signer};
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};
use serde::Deserialize;
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::agents::Agent;
use crate::books::Seen;
use crate::command::{AgentItem, CallWord, Decision};
use crate::fact::AgentState;
use crate::inbound::{Begun, Desk};
use crate::province::{Province, Rules};
use crate::registry::plan;
use crate::roll_call::{Before, Call, Entry, NotTaken, Said};
use crate::rulings::Ruling;
use crate::settings::Header;

mod assurance;
mod assurance_days;
mod backup_file;
mod backups;
mod groups;
mod inbound;
mod inspection;
mod inspection_ended;
mod inspection_province;
mod links;
mod meeting;
mod obligations;
mod records;
mod rectify;
mod roll_call;
mod schedules;
mod units;
mod warnings;
mod warnings_province;

const NOW_MS: u64 = 1_790_000_000_000;

struct Still;

impl Facts for Still {
    fn now_ms(&self) -> UnixMs {
        NOW_MS
    }
    fn trouble(&self) -> Option<Trouble> {
        Some(Trouble::broker())
    }
    fn broker_connected(&self) -> bool {
        true
    }
    fn reports_per_s(&self) -> f64 {
        1.5
    }
    fn canaries(&self) -> Histogram {
        ([0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2], 2.75)
    }
    fn echoes(&self) -> Histogram {
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 0.05)
    }
    fn counters(&self) -> Vec<(&'static str, &'static str, u64)> {
        vec![("reports_stored", "Reports in the journal", 7)]
    }
}

struct OneKey(PublicKey);

impl Keys for OneKey {
    fn key(&self, id: AgentId) -> Option<PublicKey> {
        (self.0.id() == id).then_some(self.0)
    }
}

/// A server with a core that knows imports and one key.
pub(crate) struct Server {
    pub(crate) router: Router,
    shared: Arc<Shared>,
    province: Arc<Mutex<Province>>,
    _folder: tempfile::TempDir,
}

fn signer() -> Signer {
    Signer::from_seed(&[7; 32])
}

pub(crate) fn server() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let divisions = avow_shared::divisions::Divisions::fujian();
    let mut province = Province::new(divisions, Arc::default(), Rules::default());
    province.go_live(NOW_MS);
    let view = Arc::new(ArcSwap::new(province.publish()));
    let province = Arc::new(Mutex::new(province));
    let (commands, inbox) = mpsc::channel(8);
    let books = Arc::<Books>::default();
    tokio::spawn(core(inbox, Arc::clone(&province), Arc::clone(&view), Arc::clone(&books)));
    serve(folder, province, view, books, commands)
}

/// Over a whole core and its disk; `province` is what it began with.
fn server_of(hub: &crate::hub::Hub) -> Server {
    let province = Province::new(avow_shared::divisions::Divisions::fujian(), Arc::default(), Rules::default());
    let (view, books, commands) = (Arc::clone(&hub.view), Arc::clone(&hub.books), hub.commands.clone());
    serve(tempfile::tempdir().expect("a folder"), Arc::new(Mutex::new(province)), view, books, commands)
}

fn serve(
    folder: tempfile::TempDir,
    province: Arc<Mutex<Province>>,
    view: Arc<ArcSwap<View>>,
    books: Arc<Books>,
    commands: mpsc::Sender<Command>,
) -> Server {
    let shared = Arc::new(Shared {
        view,
        books,
        commands,
        hand: Arc::new(Hand::new(signer())),
        documents: Arc::new(Documents::open(folder.path(), signer()).expect("opens")),
        guesses: Mutex::default(),
        caller: "省应急指挥中心".into(),
        proxy: Proxy { addresses: vec![[127, 0, 0, 1].into()], header: Header::XForwardedFor },
        history: None,
        evidence: Arc::new(EvidenceStore::open(&folder.path().join("evidence"), 1 << 30).expect("opens")),
        keys: Arc::new(OneKey(signer().public())),
        hub: Hub::default(),
        facts: Arc::new(Still),
        map: MapData::load(folder.path(), None, None),
        hq_key: "00".repeat(32),
        started_ms: NOW_MS,
        across: Limits::default(),
        embedded_broker: true,
        any_host: false,
        data: folder.path().to_owned(),
        backups: Place::default(),
        restores: Place::default(),
    });
    Server { router: router(Arc::clone(&shared)), shared, province, _folder: folder }
}

async fn core(
    mut inbox: mpsc::Receiver<Command>,
    province: Arc<Mutex<Province>>,
    view: Arc<ArcSwap<View>>,
    books: Arc<Books>,
) {
    while let Some(command) = inbox.recv().await {
        let mut province = province.lock().expect("one at a time");
        // A caller that went away wants no answer.
        match command {
            Command::Import { rows, dry_run, reply } => {
                let plan = plan(province.registry(), province.tree().divisions(), *rows, dry_run);
                if !dry_run {
                    let next = plan.applied(province.registry());
                    province.apply_registry(Arc::new(next));
                    view.store(province.publish());
                }
                let _ = reply.send(Ok(plan.report));
            }
            Command::DecideAgent { id, action, reply } if id == signer().id() => {
                let state = if action == Decision::Accept { AgentState::Accepted } else { AgentState::Refused };
                let _ = reply.send(Ok(item(state)));
            }
            Command::DecideAgent { reply, .. } => {
                let _ = reply.send(Err(Refusal::NotFound("no agent with this id has said hello".to_owned())));
            }
            Command::ReplaceUnits { rows, dry_run, reply } => {
                let before = books.units.load_full();
                let plan = crate::units::plan(&before, province.tree().divisions(), |_| true, *rows, dry_run, NOW_MS);
                if let Some(next) = plan.next.filter(|_| !dry_run) {
                    books.units.store(Arc::new(next));
                }
                let _ = reply.send(Ok(plan.report));
            }
            Command::Oblige { change, reply } => {
                let mut next = crate::obligations::Obligations::clone(&books.obligations.load());
                let answer = next.change(change, NOW_MS).map(|written| written.test).map_err(Refusal::from);
                books.obligations.store(Arc::new(next));
                let _ = reply.send(answer);
            }
            Command::Assure { change, reply } => {
                let mut next = crate::assurance::Assurance::clone(&books.assurance.load());
                let person =
                    if let crate::assurance::Change::Rules(_, person) = &change { person.clone() } else { "".into() };
                let was = next.rules.parts();
                let answer = next.change(change, province.tree(), NOW_MS).map_err(Refusal::from);
                let changed = (was, next.rules.parts());
                if let Some(ruling) = Ruling::of(crate::rulings::Kind::Levels, changed, &person, NOW_MS) {
                    let mut rulings = crate::rulings::Rulings::clone(&books.rulings.load());
                    rulings.add(ruling);
                    books.rulings.store(Arc::new(rulings));
                }
                books.assurance.store(Arc::new(next));
                let _ = reply.send(answer);
            }
            Command::Often { kept, reply } => {
                let answer = kept.rule.check().map_err(|expected| Refusal::Wrong(expected.to_owned()));
                let changed = (books.often.load().rule.parts(), kept.rule.parts());
                if let Some(ruling) = Ruling::of(crate::rulings::Kind::Frequent, changed, "王五", NOW_MS) {
                    let mut rulings = crate::rulings::Rulings::clone(&books.rulings.load());
                    rulings.add(ruling);
                    books.rulings.store(Arc::new(rulings));
                }
                books.often.store(Arc::new(kept));
                let _ = reply.send(answer);
            }
            Command::Rectify { change, reply } => {
                let mut next = crate::rectify::Rectify::clone(&books.rectify.load());
                let answer = next.change(change, NOW_MS).map_err(Refusal::from);
                books.rectify.store(Arc::new(next));
                let _ = reply.send(answer);
            }
            Command::AddMeeting { reply, .. } => drop(reply.send(Ok(7))),
            Command::RemoveMeeting { id, reply } => {
                drop(reply.send(Err(Refusal::NotFound(format!("there is no meeting {id}")))));
            }
            Command::BeginCall { asked, reply } => {
                let id = asked.given_ms;
                let venue = "350102001-01".parse().expect("a venue");
                let city = "3501".parse().expect("a place");
                let mut entries = vec![Entry::new(venue, city, "应急局".into(), None, None, Before::default())];
                if asked.title.is_empty() {
                    entries.push(Entry::of_unit("shuili".parse().expect("a unit"), city, "水利局".into()));
                }
                let forecast = crate::roll_call::plan(&mut entries, id, &asked, &[], |_| true);
                let call = Arc::new(Call::new(id, asked, entries).with_forecast(forecast));
                let mut heads = crate::roll_call::Heads::clone(&books.roll_calls.load());
                heads.put(Arc::new(crate::roll_call::Head::of(&call)));
                books.roll_calls.store(Arc::new(heads));
                province.change_calls(|calls| calls.hold(Arc::clone(&call)));
                view.store(province.publish());
                drop(reply.send(Ok(call)));
            }
            Command::ForecastCall { asked, reply } => {
                let forecast = crate::roll_call::plan(&mut [], 1, &asked, &[], |_| true);
                let rooms = asked.places.iter().map(|place| (Some(*place), false));
                drop(reply.send(Ok((crate::scope::Meant::of(rooms), forecast))));
            }
            Command::ChangeCall { id, word, reply } => {
                let mut call = province.calls().get(id).map(|call| Call::clone(call));
                let changed = call.as_mut().ok_or(NotTaken::NoCall).and_then(|call| match word {
                    CallWord::Said(whom, said) => call.say(&whom, said),
                    CallWord::Closed(closed) => call.close(closed),
                });
                if let Some(call) = call.filter(|_| changed.is_ok()) {
                    province.change_calls(|calls| calls.hold(Arc::new(call)));
                    view.store(province.publish());
                }
                drop(reply.send(changed.map_err(|error| match error {
                    NotTaken::NoCall | NotTaken::NotCalled => Refusal::NotFound(error.to_string()),
                    NotTaken::NoReason => Refusal::Wrong(error.to_string()),
                    NotTaken::Answered | NotTaken::Nothing | NotTaken::Full => Refusal::Conflict(error.to_string()),
                })));
            }
            Command::ReadCall { id, reply } => {
                let call = province.calls().get(id).cloned();
                drop(reply.send(call.ok_or_else(|| Refusal::NotFound(format!("there is no roll call {id}")))));
            }
            Command::NoteCall { id, note, reply } => {
                let mut notes = crate::roll_call::Notes::clone(&books.notes.load());
                notes.insert(id, Arc::new(note));
                books.notes.store(Arc::new(notes));
                drop(reply.send(Ok(())));
            }
            Command::Group { change, reply } => {
                let mut all = crate::groups::Groups::clone(&books.groups.load());
                let answer = all.change(change, NOW_MS).map(|written| written.put);
                books.groups.store(Arc::new(all));
                drop(reply.send(answer));
            }
            Command::Schedule { change, reply } => {
                let mut all = crate::schedules::Schedules::clone(&books.schedules.load());
                let answer = all.change(change, NOW_MS);
                books.schedules.store(Arc::new(all));
                drop(reply.send(answer));
            }
            Command::Link { change, reply } => {
                let mut all = crate::links::Links::clone(&books.links.load());
                let answer = all.change(change, NOW_MS).map(drop);
                books.links.store(Arc::new(all));
                drop(reply.send(answer));
            }
            Command::HandInByLink { id, word, reply } => {
                let mut all = crate::links::Links::clone(&books.links.load());
                match all.use_up(id, NOW_MS) {
                    Ok(crate::links::Purpose::Inspection { run, venue }) => {
                        inspection::obey(crate::command::Inspect::OfRecord { id: run, venue, word, reply }, &books);
                        books.links.store(Arc::new(all));
                    }
                    Ok(_) => unreachable!("another link"),
                    Err(refusal) => drop(reply.send(Err(refusal))),
                }
            }
            Command::ConfirmByLink { id, said, who, reply } => {
                let mut all = crate::links::Links::clone(&books.links.load());
                let mut owed = crate::obligations::Obligations::clone(&books.obligations.load());
                let answer = all.use_up(id, NOW_MS).and_then(|purpose| {
                    let crate::links::Purpose::JointTest { test, end } = purpose else { unreachable!("another link") };
                    assert_eq!(owed.get(test).expect("is kept").newest(), *said);
                    owed.change(crate::obligations::Change::Confirm(test, end, who), NOW_MS)
                        .map(drop)
                        .map_err(Refusal::from)
                });
                if answer.is_ok() {
                    books.links.store(Arc::new(all));
                    books.obligations.store(Arc::new(owed));
                }
                drop(reply.send(answer));
            }
            Command::AnswerByLink { id, word, reply } => {
                let mut all = crate::links::Links::clone(&books.links.load());
                let answer = all.use_up(id, NOW_MS).map(|purpose| {
                    if let Some((call, whom)) = purpose.called() {
                        let mut next = Call::clone(province.calls().get(call).expect("is held"));
                        next.say(&whom, Said::Answered(word)).expect("is taken");
                        province.change_calls(|calls| calls.hold(Arc::new(next)));
                    }
                });
                books.links.store(Arc::new(all));
                view.store(province.publish());
                drop(reply.send(answer));
            }
            Command::BeginInbound { asked, reply } => {
                let mut next = Desk::clone(&books.inbound.load());
                let begun = next.begin(asked, inbound::room(), &inbound::Away, NOW_MS);
                books.inbound.store(Arc::new(next));
                drop(reply.send(begun.map_err(Refusal::from).map(|begun| match begun {
                    Begun::New(id) => (id, true),
                    Begun::Known(id) => (id, false),
                })));
            }
            Command::ChangeInbound { id, event, reply } => {
                let mut next = Desk::clone(&books.inbound.load());
                let changed = next.word(id, event, &inbound::Away, NOW_MS + 5_000);
                books.inbound.store(Arc::new(next));
                drop(reply.send(changed.map_err(Refusal::from)));
            }
            Command::Inspect(wish) => inspection::obey(wish, &books),
            Command::BeginRun { reply, .. } => drop(reply.send(Ok(Err(crate::hand::NotSent::Away)))),
            Command::Backup { reply, .. } => drop(reply.send(Err(Refusal::Failed("disk".to_owned())))),
            Command::Restore { reply, .. } => drop(reply.send(Err(Refusal::Conflict("not empty".to_owned())))),
        }
    }
}

fn item(state: AgentState) -> AgentItem {
    AgentItem {
        id: signer().id(),
        state,
        reason: None,
        place: "350102001".to_owned(),
        venues: vec![],
        first_seen_ms: NOW_MS,
        last_seen_ms: None,
        connected: false,
        version: None,
    }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).header(header::HOST, "127.0.0.1:8080").body(Body::empty()).expect("a request")
}

fn send(method: &str, path: &str, media_type: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
    request.header(header::CONTENT_TYPE, media_type).body(body.into()).expect("a request")
}

/// Who says no says it in both languages.
#[track_caller]
fn check_languages(problem: &ProblemDetails) {
    let told = crate::refusals::chinese(&problem.detail, "").is_some();
    assert!(told && !problem.detail_zh.contains(&problem.detail), "{problem:?}");
}

impl Server {
    pub(crate) fn signer(&self) -> Signer {
        signer()
    }

    async fn call(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("answers")
    }

    async fn json(&self, request: Request<Body>) -> (u16, Value) {
        let response = self.call(request).await;
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 1 << 24).await.expect("a body");
        let answer = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if let (400..500, Ok(problem)) = (status, ProblemDetails::deserialize(&answer)) {
            check_languages(&problem);
        }
        (status, answer)
    }

    #[track_caller]
    fn import(&self, csv: &str) -> impl Future<Output = (u16, Value)> {
        self.json(send("POST", "/api/v1/registry/import", "text/csv", csv.to_owned()))
    }

    async fn check_problem(&self, request: Request<Body>, status: u16) {
        let what = format!("{} {}", request.method(), request.uri());
        let before = self.shared.view.load().revision;
        let response = self.call(request).await;
        assert_eq!(response.status().as_u16(), status, "{what}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json", "{what}");
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        let problem: ProblemDetails = serde_json::from_slice(&bytes).expect("a problem");
        assert_eq!((problem.status, problem.kind.as_str()), (status, "about:blank"), "{what}");
        check_languages(&problem);
        let after = self.province.lock().expect("one at a time").publish().revision;
        assert_eq!((self.shared.view.load().revision, after), (before, before), "{what} changed something");
    }
}

const VENUE: &str = "会场编码,名称,单位,联系人,电话,上级,排除原因,双向\n350102001-01,指挥大厅,应急局,王五,1,,,是\n\
    350102001-02,值班室,,,,,检修,\n3502-01,厦门主会场,,,,,,\n";

#[tokio::test]
async fn garbage_on_every_input_is_a_problem_and_changes_nothing() {
    let server = server();
    server.import(VENUE).await;
    let hash = "0".repeat(64);
    for (path, status) in [
        ("/api/v1/nothing", 404),
        ("/api", 404),
        ("/assets/gone.js", 404),
        ("/api/v1/places/x", 400),
        ("/api/v1/places/99", 404),
        ("/api/v1/places/%ff", 400),
        ("/api/v1/places/35?depth=3", 400),
        ("/api/v1/places/35?depth=x", 400),
        ("/api/v1/places/35?deep=1", 400),
        ("/api/v1/venues?class=red", 400),
        ("/api/v1/venues?limit=501", 400),
        ("/api/v1/venues?limit=-1", 400),
        ("/api/v1/venues?sort=size", 400),
        ("/api/v1/venues?order=up", 400),
        ("/api/v1/venues?place=1", 400),
        ("/api/v1/venues/350102001-1", 400),
        ("/api/v1/venues/350102001-99", 404),
        ("/api/v1/venues/350102001-01/history", 400),
        ("/api/v1/venues/350102001-01/history?probe=X", 400),
        ("/api/v1/venues/350102001-01/history?probe=a&resolution=year", 400),
        ("/api/v1/venues/350102001-01/history?probe=a&from_ms=2&to_ms=1", 400),
        ("/api/v1/agents?state=lost", 400),
        ("/api/v1/agents?venue=1", 400),
        ("/api/v1/agents?limit=501", 400),
        ("/api/v1/evidence/xyz", 400),
        (&format!("/api/v1/evidence/{hash}"), 404),
        ("/api/v1/events", 400),
        ("/api/v1/events?scope=9", 400),
        ("/api/v1/events?scope=99", 404),
        ("/api/v1/events?scope=35&venue=x", 400),
        ("/api/v1/registry/import", 405),
        ("/api/v1/restore", 405),
    ] {
        server.check_problem(get(path), status).await;
    }
    let json = "application/json";
    let agent = format!("/api/v1/agents/{}", signer().id());
    for (method, path, media_type, body, status) in [
        ("POST", agent.as_str(), json, "{", 400),
        ("POST", &agent, json, "{\"action\":\"love\"}", 422),
        ("POST", "/api/v1/agents/00", json, "{\"action\":\"accept\"}", 400),
        ("POST", &format!("/api/v1/agents/{}", "00".repeat(16)), json, "{\"action\":\"accept\"}", 404),
        ("POST", &agent, "text/plain", "{\"action\":\"accept\"}", 415),
        ("POST", "/api/v1/registry/import", "application/x-www-form-urlencoded", "a=b", 415),
        ("POST", "/api/v1/registry/import?dry_run=perhaps", "text/csv", "venue\n", 400),
        ("POST", "/api/v1/restore", "application/octet-stream", "garbage", 422),
        ("POST", "/api/v1/backup", json, "", 503),
        ("DELETE", "/api/v1/venues", json, "", 405),
        ("PUT", &format!("/api/v1/evidence/{hash}"), "application/octet-stream", "x", 400),
        ("POST", "/api/v1/health", json, "", 405),
    ] {
        server.check_problem(send(method, path, media_type, body), status).await;
    }
    let long = send("POST", &agent, json, vec![b' '; MAX_BODY + 1]);
    server.check_problem(long, 413).await;
    let long = send("POST", "/api/v1/registry/import", "text/csv", vec![b'x'; crate::registry::MAX_BYTES + 1]);
    server.check_problem(long, 413).await;
    assert_eq!(std::fs::read_dir(&server.shared.data).expect("reads").count(), 2, "no upload stays behind");
}

#[tokio::test]
async fn a_refusal_is_told_in_both_languages_and_in_the_words_of_its_form() {
    let server = server();
    let ask = |path: &str, body: &'static str, key: bool| {
        let mut request = send("POST", &format!("/api/v1/{path}"), "application/json", body);
        if key {
            request.headers_mut().insert("idempotency-key", header::HeaderValue::from_static("7"));
        }
        server.json(request)
    };
    let late = r#"{"depth":"present","places":["35"],"deadline_s":5}"#;
    let said = "deadline_s: 10 to 3600 seconds are expected";
    // What is kept under a key is told as well.
    for key in [false, true] {
        let (status, problem) = ask("roll-calls", late, key).await;
        assert_eq!(
            (status, &problem["detail"], &problem["detail_zh"]),
            (400, &said.into(), &"时限：应为 10 至 3600 秒".into())
        );
    }
    let long =
        format!(r#"{{"venue":"350102001-01","caller":"应急部","kind":"duty","operator":"{}"}}"#, "长".repeat(65));
    for (path, body, told) in [
        ("inbound", long.as_str(), "接报人：应不超过 64 个字，不换行"),
        ("roll-calls", r#"{"places":["35"]}"#, "内容有误：缺少 深度"),
        (
            "groups",
            r#"{"name":"a","places":["x"]}"#,
            "地区：“x”不是地区编码：应为 2、4、6、9 或 12 位数字，如 350102001",
        ),
    ] {
        let request = send("POST", &format!("/api/v1/{path}"), "application/json", body.to_owned());
        assert_eq!(server.json(request).await.1["detail_zh"], told, "{body}");
    }
}

/// A batch of the one agent, folded and shown.
fn fold(server: &Server, arrival: u64, reports: Vec<avow_shared::wire::Report>) {
    use avow_shared::wire::Numbered;
    let clock = avow_shared::time::WallTime { at_ms: NOW_MS, quality: avow_shared::time::ClockQuality::Free };
    let first = arrival * 100;
    let mut province = server.province.lock().expect("one at a time");
    province.fold(&crate::fact::Stored {
        arrival,
        received_ms: NOW_MS,
        agent: signer().id(),
        venue: "350102001-01".parse().expect("a venue"),
        spool: avow_shared::id::SpoolId([1; 16]),
        sent_at: clock,
        produced: 1 << 20,
        dropped: vec![],
        void: vec![],
        reports: (first..).zip(reports).map(|(number, report)| Numbered { number, report }).collect(),
        refused: vec![],
    });
    server.shared.view.store(province.publish());
}

#[tokio::test]
async fn a_device_shows_what_it_says_of_itself_how_it_does_and_what_became_of_it() {
    use avow_shared::facts::{DeviceFacts, Facts};
    use avow_shared::outcome::{Outcome, Verdict};
    use avow_shared::venue::{Chain, Description, Device, Domain, Probe, Role, Stage, Venue};
    use avow_shared::wire::Report;
    let clock = |at_ms| avow_shared::time::WallTime { at_ms, quality: avow_shared::time::ClockQuality::Free };
    let venue: avow_shared::id::VenueId = "350102001-01".parse().expect("a venue");
    let device = |id: &str| Device {
        id: id.parse().expect("a device"),
        name: format!("{id} 设备").into(),
        kind: "camera".into(),
        make: "铭牌".into(),
        model: "".into(),
        serial: "".into(),
        firmware: "".into(),
        address: "".into(),
        backup_for: None,
    };
    let stage = |id: &str, device: Option<&str>| Stage {
        id: id.parse().expect("a stage"),
        name: id.into(),
        device: device.map(|device| device.parse().expect("a device")),
    };
    let probe = |id: &str, covers: &[&str]| Probe {
        id: id.parse().expect("a probe"),
        name: format!("{id} 探测").into(),
        kind: "camera".into(),
        interval_s: 60,
        required: true,
        disturbance: avow_shared::interlock::Disturbance::None,
        covers: covers.iter().map(|id| id.parse().expect("a stage")).collect(),
        limits: vec![],
    };
    let described = Venue {
        id: venue,
        name: "指挥大厅".into(),
        unit: "".into(),
        two_way: true,
        devices: vec![device("camera"), device("mixer")],
        chains: vec![Chain {
            id: "picture".parse().expect("a chain"),
            name: "主用".into(),
            role: Role::Main,
            stages: vec![stage("camera", Some("camera")), stage("mixer", Some("mixer")), stage("line", None)],
        }],
        probes: vec![
            probe("visca", &["camera"]),
            probe("onvif", &[]),
            probe("whole", &["camera", "mixer", "line"]),
            probe("tv", &[]),
        ],
    };
    let outcome = |probe: &str, verdict| {
        Report::Outcome(Outcome {
            venue,
            probe: probe.parse().expect("a probe"),
            at: clock(NOW_MS),
            took_ms: 1,
            verdict,
            detail: "".into(),
            values: vec![],
            evidence: vec![],
        })
    };
    let says = |probe: &str, device: &str, facts: Facts, at_ms| {
        Report::Facts(DeviceFacts {
            venue,
            probe: probe.parse().expect("a probe"),
            device: device.parse().expect("a device"),
            facts,
            seen_at: clock(at_ms),
        })
    };
    let runs = |firmware: &str| Facts { make: "Sony".into(), firmware: firmware.into(), ..Facts::default() };
    let server = server();
    let description =
        Description { place: venue.place, domain: Domain::Internet, software: "1".into(), venues: vec![described] };
    fold(
        &server,
        1,
        vec![
            Report::Description(description),
            outcome("visca", Verdict::Pass),
            outcome("whole", Verdict::fail("line.down")),
            says("visca", "camera", runs("1.05"), NOW_MS - 3_000),
            says(
                "onvif",
                "camera",
                Facts { serial: "77".into(), ..Facts::default() }.with("ntp", "10.0.0.1"),
                NOW_MS - 2_000,
            ),
            says("tv", "tv", Facts { model: "KD-55".into(), ..Facts::default() }, NOW_MS),
            says("visca", "camera", runs("1.06"), NOW_MS - 1_000),
        ],
    );
    let (_, answer) = server.json(get("/api/v1/venues/350102001-01")).await;
    let devices = answer["devices"].as_array().expect("devices");
    let ids: Vec<_> = devices.iter().map(|device| device["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, ["camera", "mixer", "tv"], "a device that no description names is shown too");
    let camera = &devices[0];
    assert_eq!((&camera["make"], &camera["facts"]["make"]), (&"铭牌".into(), &"Sony".into()), "both are told");
    assert_eq!(camera["facts"]["firmware"], "1.06");
    assert_eq!(camera["facts"]["serial"], "77", "what the newest reading does not say another probe may have read");
    assert_eq!(camera["facts"]["settings"], serde_json::json!([{ "name": "ntp", "value": "10.0.0.1" }]));
    assert_eq!((&camera["facts"]["probe"], &camera["facts"]["seen_ms"]), (&"visca".into(), &(NOW_MS - 1_000).into()));
    let codes: Vec<_> = camera["changes"].as_array().expect("changes").iter().map(|c| c["code"].as_str()).collect();
    assert_eq!(codes, ["device.firmware-changed", "device.seen", "device.seen"].map(Some), "the newest first");
    let difference = serde_json::json!([{ "part": "firmware", "was": "1.05", "is": "1.06" }]);
    assert_eq!(camera["changes"][0]["differences"], difference);
    assert_eq!((&camera["state"]["verdict"], &camera["state"]["probe"]), (&"pass".into(), &"visca".into()));
    assert_eq!(camera["state"]["stale"], false);
    let mixer = &devices[1];
    assert_eq!((&mixer["facts"], &mixer["state"]), (&Value::Null, &Value::Null), "a whole way accuses no one device");
    assert_eq!((&devices[2]["name"], &devices[2]["kind"]), (&"tv 探测".into(), &"camera".into()));
}

fn key(n: u16) -> (AgentId, Seen) {
    let venue = format!("350102001-{:02}", n % 99 + 1).parse().expect("a venue");
    let state = if n < 3 { AgentState::Pending } else { AgentState::Accepted };
    let agent = Agent {
        key: [0; 32],
        state,
        reason: String::new(),
        venues: vec![venue],
        first_seen_ms: 1,
        last_hello_ms: 2,
        software: "1".to_owned(),
    };
    let mut id = [0; 16];
    id[..2].copy_from_slice(&n.to_be_bytes());
    (AgentId(id), Seen { agent: Arc::new(agent), last_ms: 3, connected: true })
}

#[tokio::test]
async fn keys_come_in_pages_by_state_and_venue() {
    let server = server();
    server.shared.books.agents.put((0..250).map(key));
    let mut ids = std::collections::BTreeSet::new();
    for (path, total, on_page) in [
        ("agents", 250, 100),
        ("agents?offset=100", 250, 100),
        ("agents?offset=200", 250, 50),
        ("agents?state=pending", 3, 3),
        ("agents?venue=350102001-07", 3, 3),
        ("agents?venue=350102001-07&limit=2", 3, 2),
        ("agents?offset=900", 250, 0),
    ] {
        let (_, answer) = server.json(get(&format!("/api/v1/{path}"))).await;
        let items = answer["items"].as_array().expect("a list");
        assert_eq!((answer["total"].as_u64(), items.len()), (Some(total), on_page), "{path}");
        ids.extend(items.iter().map(|item| item["id"].to_string()));
    }
    assert_eq!(ids.len(), 250, "the pages together are all");
}

#[tokio::test]
async fn a_foreign_name_is_not_served() {
    let server = server();
    let foreign = Request::get("/api/v1/health").header(header::HOST, "evil.example").body(Body::empty());
    server.check_problem(foreign.expect("a request"), 421).await;
    let none = Request::get("/api/v1/health").body(Body::empty());
    server.check_problem(none.expect("a request"), 421).await;
    let mut cross = send("POST", "/api/v1/registry/import", "text/csv", VENUE);
    cross.headers_mut().insert("sec-fetch-site", "cross-site".parse().expect("a value"));
    server.check_problem(cross, 415).await;
}

#[tokio::test]
async fn every_answer_carries_its_guards() {
    let server = server();
    for path in ["/", "/venues/350102001-01", "/api/v1/health", "/api/v1/nothing", "/metrics"] {
        let response = server.call(get(path)).await;
        let headers = response.headers();
        assert!(
            headers["content-security-policy"].to_str().expect("text").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert!(!headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn the_document_lists_every_route_and_every_name_of_the_contract() {
    let server = server();
    let (_, document) = server.json(get("/api/v1/openapi.json")).await;
    let paths: Vec<&str> = document["paths"].as_object().expect("paths").keys().map(String::as_str).collect();
    for path in [
        "/health",
        "/places/{code}",
        "/systems",
        "/venues",
        "/venues/{id}",
        "/venues/{id}/history",
        "/accounting",
        "/agents",
        "/agents/{id}",
        "/registry/import",
        "/registry/export",
        "/evidence/{hash}",
        "/joint-tests/{id}/correct",
        "/mouth-to-ear",
        "/mouth-to-ear/{number}",
        "/map",
        "/map/cities",
        "/map/counties",
        "/backup",
        "/restore",
        "/events",
    ] {
        assert!(paths.contains(&format!("/api/v1{path}").as_str()), "{path} in {paths:?}");
    }
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for name in
        ["Class", "Counts", "PlaceRef", "Change", "Problem", "VenueRow", "Outcome", "ProblemDetails", "DeltaEvent"]
    {
        assert!(schemas.contains_key(name), "{name}");
    }
    assert_eq!(serde_json::from_str::<Value>(&openapi_json()).expect("json"), document);
}

/// The console's types flow from the file, so the file is never written by hand.
#[test]
fn the_console_is_built_against_this_document() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/openapi.json");
    if std::env::var_os("AVOW_WRITE_OPENAPI").is_some() {
        std::fs::write(path, openapi_json()).expect("the file can be written");
    }
    let file = std::fs::read_to_string(path).unwrap_or_default();
    let differs = file.lines().zip(openapi_json().lines()).position(|(old, new)| old != new).map(|line| line + 1);
    assert!(
        file == openapi_json(),
        "collector/web/openapi.json is not what this collector serves (first at line {differs:?}): run\n  \
         AVOW_WRITE_OPENAPI=1 cargo test --release --workspace --lib the_console_is_built\n  \
         (cd collector/web && npm run api && npm run check)"
    );
}

#[tokio::test]
async fn what_is_imported_is_listed_searched_and_exported() {
    let server = server();
    let (status, report) = server.import(VENUE).await;
    assert_eq!((status, &report["added"], &report["errors"]), (200, &3.into(), &Value::Array(vec![])));
    let (_, again) = server.import(VENUE).await;
    assert_eq!(again["unchanged"], 3);
    for (query, expected) in [
        ("", vec!["350102001-01", "3502-01"]),
        ("?q=xiamen", vec!["3502-01"]),
        ("?q=zhdt+gulou", vec!["350102001-01"]),
        ("?place=3501", vec!["350102001-01"]),
        ("?class=excluded", vec!["350102001-02"]),
        ("?class=fail,silent", vec![]),
        ("?sort=code&order=desc", vec!["3502-01", "350102001-01"]),
        ("?sort=code&offset=1&limit=1", vec!["3502-01"]),
    ] {
        let (status, list) = server.json(get(&format!("/api/v1/venues{query}"))).await;
        let ids: Vec<_> = list["items"].as_array().expect("items").iter().map(|item| item["id"].clone()).collect();
        assert_eq!((status, ids), (200, expected.into_iter().map(Value::from).collect()), "{query}");
    }
    let (_, venue) = server.json(get("/api/v1/venues/350102001-01")).await;
    assert_eq!(venue["venue"]["place_name"], "福州市 鼓楼区 鼓东街道");
    assert_eq!((&venue["agent"], &venue["blame"]), (&Value::Null, &Value::Null));
    let exported = server.call(get("/api/v1/registry/export")).await;
    let bytes = to_bytes(exported.into_body(), 1 << 20).await.expect("a body");
    let (_, same) = server.json(send("POST", "/api/v1/registry/import", "text/csv", bytes)).await;
    assert_eq!((&same["unchanged"], &same["changed"]), (&3.into(), &0.into()));
}

#[tokio::test]
async fn a_place_answers_with_children_to_the_wanted_depth() {
    let server = server();
    server.import(VENUE).await;
    let (_, place) = server.json(get("/api/v1/places/35?depth=2")).await;
    assert_eq!(place["counts"]["never"], 2);
    assert_eq!(place["children"].as_array().map(Vec::len), Some(9));
    assert!(place["children"][0]["children"].as_array().is_some_and(|list| list.len() > 5));
    assert!(place["children"][0]["children"][0].get("children").is_none());
    let (_, place) = server.json(get("/api/v1/places/350102001")).await;
    let path: Vec<_> = place["path"].as_array().expect("a path").iter().map(|p| p["code"].clone()).collect();
    assert_eq!(path, ["35", "3501", "350102", "350102001"].map(Value::from));
}

fn upload(hash: ContentHash, agent: &Signer, total: u32, bytes: &[u8], range: Option<&str>) -> Request<Body> {
    let signature = agent.sign(&crate::evidence::signed_bytes(hash, total));
    let path = format!("/api/v1/evidence/{hash}");
    let mut request = send("PUT", &path, "application/octet-stream", bytes.to_vec());
    request.headers_mut().insert("avow-agent", agent.id().to_string().parse().expect("a value"));
    request.headers_mut().insert("avow-signature", to_hex(&signature).parse().expect("a value"));
    if let Some(range) = range {
        request.headers_mut().insert(header::CONTENT_RANGE, range.parse().expect("a value"));
    }
    request
}

#[tokio::test]
async fn evidence_comes_in_parts_from_its_own_agent_only() {
    let server = server();
    let picture = [&[0xff, 0xd8, 0xff][..], &[1; 97]].concat();
    let (hash, me, thief) = (ContentHash::of(&picture), signer(), Signer::from_seed(&[9; 32]));
    server.check_problem(upload(hash, &me, 100, &picture, None), 404).await;
    let named = avow_shared::outcome::Evidence { kind: avow_shared::outcome::EvidenceKind::Picture, hash, size: 100 };
    server.shared.evidence.note_for_test(me.id(), &named);
    server.check_problem(upload(hash, &thief, 100, &picture, None), 404).await;
    server.check_problem(upload(hash, &me, 99, &picture, None), 403).await;
    let part = server.call(upload(hash, &me, 100, &picture[..60], Some("bytes 0-59/100"))).await;
    assert_eq!((part.status().as_u16(), &part.headers()["upload-offset"]), (202, &"60".parse().expect("a value")));
    let mut head = Request::head(format!("/api/v1/evidence/{hash}")).header(header::HOST, "localhost");
    head = head.header("avow-agent", me.id().to_string());
    let head = server.call(head.body(Body::empty()).expect("a request")).await;
    assert_eq!(head.headers()["upload-offset"], "60");
    server.check_problem(upload(hash, &me, 100, &picture[61..], Some("bytes 61-99/100")), 409).await;
    let whole = server.call(upload(hash, &me, 100, &picture[60..], Some("bytes 60-99/100"))).await;
    assert_eq!((whole.status().as_u16(), &whole.headers()["upload-complete"]), (201, &"?1".parse().expect("a value")));
    let got = server.call(get(&format!("/api/v1/evidence/{hash}"))).await;
    assert_eq!(got.headers()[header::CONTENT_TYPE], "image/jpeg");
    assert!(got.headers()[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
    assert_eq!(to_bytes(got.into_body(), 1 << 20).await.expect("a body"), picture);
}

#[tokio::test]
async fn curves_are_served_as_what_they_are_and_so_is_a_transcript() {
    use avow_shared::outcome::EvidenceKind;
    let server = server();
    for (bytes, kind, media_type) in [
        (&b"{\"curves\":[]}"[..], EvidenceKind::Curves, "application/json"),
        (b"{\"error\":1}", EvidenceKind::Transcript, "text/plain; charset=utf-8"),
    ] {
        let (hash, me, size) = (ContentHash::of(bytes), signer(), bytes.len() as u32);
        server.shared.evidence.note_for_test(me.id(), &avow_shared::outcome::Evidence { kind, hash, size });
        let put = server.call(upload(hash, &me, size, bytes, None)).await;
        assert_eq!(put.status().as_u16(), 201, "{kind:?}");
        let got = server.call(get(&format!("/api/v1/evidence/{hash}"))).await;
        assert_eq!(got.headers()[header::CONTENT_TYPE], media_type);
    }
}

#[tokio::test]
async fn metrics_are_lines_that_prometheus_reads() {
    let server = server();
    let response = server.call(get("/metrics")).await;
    let text =
        String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.expect("a body").to_vec()).expect("text");
    assert!(text.contains("avow_reports_stored_total 7\n"), "{text}");
    assert!(text.contains("avow_canary_seen_seconds_bucket{le=\"0.5\"} 1\n"), "{text}");
    assert!(text.contains("avow_canary_seen_seconds_bucket{le=\"+Inf\"} 2\n"), "{text}");
    assert!(text.contains("avow_canary_answered_seconds_bucket{le=\"0.1\"} 1\n"), "{text}");
    assert!(text.contains("avow_canary_answered_seconds_sum 0.05\navow_canary_answered_seconds_count 1\n"), "{text}");
    assert!(text.contains("avow_canary_seen_seconds_sum 2.75\n") && text.contains("avow_canary_stopped 0\n"), "{text}");
    assert!(text.contains("avow_venues{place=\"35\",class=\"pass\"} 0\n"), "{text}");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let value = line.rsplit(' ').next().and_then(|value| value.parse::<f64>().ok());
        assert!(value.is_some(), "{line}");
    }
}

#[tokio::test]
async fn a_stream_begins_with_hello() {
    let server = server();
    let response = server.call(get("/api/v1/events?scope=35")).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut body = response.into_body().into_data_stream();
    let first = futures_util::StreamExt::next(&mut body).await.expect("an event").expect("bytes");
    let text = String::from_utf8_lossy(&first).into_owned();
    assert!(text.starts_with("event: hello\n") && text.contains("\nid: ") && text.contains("\"revision\":"), "{text}");
}

#[tokio::test]
async fn a_venue_tells_what_its_agent_told_the_newest_first() {
    use avow_shared::time::{ClockQuality, WallTime};
    use avow_shared::wire::{Event, Report};
    let server = server();
    server.import(VENUE).await;
    let (_, before) = server.json(get("/api/v1/venues/350102001-01")).await;
    assert_eq!((&before["venue"]["name"], &before["events"]), (&"指挥大厅".into(), &serde_json::json!([])));
    let event = |at_ms, code: &str, text: &str| {
        let at = WallTime { at_ms, quality: ClockQuality::Free };
        Report::Event(Event { at, code: code.parse().expect("a code"), text: text.into() })
    };
    let venue = "350102001-01".parse().expect("a venue");
    server.province.lock().expect("one at a time").agent_state(signer().id(), AgentState::Accepted, &[venue]);
    fold(&server, 1, vec![event(NOW_MS - 9, "meeting.on", "现场：会议开始"), event(0, "relay.cycled", "断电 8 秒")]);
    let (_, answer) = server.json(get("/api/v1/venues/350102001-01")).await;
    let expected = serde_json::json!([
        { "at_ms": NOW_MS, "received_ms": NOW_MS, "code": "relay.cycled", "text": "断电 8 秒" },
        { "at_ms": NOW_MS - 9, "received_ms": NOW_MS, "code": "meeting.on", "text": "现场：会议开始" },
    ]);
    assert_eq!(answer["events"], expected);
    let (_, other) = server.json(get("/api/v1/venues/3502-01")).await;
    assert_eq!(other["events"], serde_json::json!([]), "another room, which that agent does not serve");
}

#[tokio::test]
async fn a_run_of_two_needs_two_venues_that_can_take_part() {
    let server = server();
    server.import(VENUE).await;
    let order = |body: &str| send("POST", "/api/v1/mouth-to-ear", "application/json", body.to_owned());
    server.check_problem(order(r#"{"first":"350102-01","second":"3502-01"}"#), 404).await;
    server.check_problem(order(r#"{"first":"350102001-01","second":"3502-01"}"#), 404).await;
    server.check_problem(order(r#"{"first":"hall","second":"3502-01"}"#), 400).await;
    server.check_problem(get("/api/v1/mouth-to-ear?limit=0"), 400).await;
    server.check_problem(get("/api/v1/mouth-to-ear/7"), 404).await;
    let (status, list) = server.json(get("/api/v1/mouth-to-ear?venue=3502-01")).await;
    assert_eq!((status, list["items"].as_array().map(Vec::len)), (200, Some(0)));
    assert_eq!(list["limits"]["late_ms"], serde_json::json!([125.0, 185.0]));
}

/// What the agent of one venue alone says at its start, at a time.
fn described_alone(server: &Server, arrival: u64, venue: &str, received_ms: u64) {
    use avow_shared::venue::{Description, Domain, Venue};
    let id: avow_shared::id::VenueId = venue.parse().expect("a venue");
    let clock = avow_shared::time::WallTime { at_ms: received_ms, quality: avow_shared::time::ClockQuality::Free };
    let venue = Venue {
        id,
        name: "会议室".into(),
        unit: "".into(),
        two_way: true,
        devices: vec![],
        chains: vec![],
        probes: vec![],
    };
    let description = Description {
        place: id.place,
        domain: Domain::GovernmentExtranet,
        software: "0.1.0".into(),
        venues: vec![venue],
    };
    let mut agent = [0; 16];
    agent[..8].copy_from_slice(&arrival.to_be_bytes());
    server.province.lock().expect("one at a time").fold(&crate::fact::Stored {
        arrival,
        received_ms,
        agent: AgentId(agent),
        venue: id,
        spool: avow_shared::id::SpoolId(agent),
        sent_at: clock,
        produced: 1,
        dropped: vec![],
        void: vec![],
        reports: vec![avow_shared::wire::Numbered {
            number: 1,
            report: avow_shared::wire::Report::Description(description),
        }],
        refused: vec![],
    });
}

#[tokio::test]
async fn venues_that_fell_silent_together_are_one_problem_of_the_line_above_them() {
    let server = server();
    let later = NOW_MS + 3_600_000;
    for (arrival, venue) in (1..).zip(["350102001-01", "350102002-01", "350102003-01"]) {
        described_alone(&server, arrival, venue, NOW_MS);
    }
    described_alone(&server, 9, "350103001-01", later);
    {
        let mut province = server.province.lock().expect("one at a time");
        province.tick(later);
        server.shared.view.store(province.publish());
    }
    let (_, place) = server.json(get("/api/v1/places/3501")).await;
    let problem = &place["problems"][0];
    assert_eq!((&problem["upstream"]["code"], &problem["venues"]), (&"350102".into(), &3.into()), "{place}");
    assert_eq!(problem["level"], "third", "{place}");
    let mut meetings = crate::meetings::Meetings::default();
    let whom = crate::meetings::Whom::Place("350102001".parse().expect("a place"));
    let meeting = crate::meetings::Meeting { title: "会商".into(), from_ms: NOW_MS, to_ms: NOW_MS + 1, whom };
    meetings.put(1, Arc::new(meeting));
    server.shared.books.meetings.store(Arc::new(meetings));
    let (_, place) = server.json(get("/api/v1/places/3501")).await;
    assert_eq!(place["problems"][0]["level"], "first", "one of them is in a meeting: {place}");
    let (_, parted) = server.json(get("/api/v1/breakdown?place=3501")).await;
    let zero = serde_json::json!({"venues": 0, "silent": 0, "never": 0, "level": "village"});
    assert_eq!((&parted["levels"][3]["silent"], &parted["levels"][4]), (&3.into(), &zero), "{parted}");
    let extranet = &parted["networks"][1];
    let sums = ["network", "venues", "silent", "untested"].map(|key| extranet[key].clone());
    assert_eq!(sums, ["government-extranet".into(), 4.into(), 3.into(), 1.into()] as [Value; 4], "{parted}");
    assert_eq!(parted["networks"].as_array().map(Vec::len), Some(3), "{parted}");
    server.check_problem(get("/api/v1/breakdown?place=99"), 404).await;
    let (_, venue) = server.json(get("/api/v1/venues/350102001-01")).await;
    assert_eq!((&venue["upstream"]["place"]["code"], &venue["upstream"]["venues"]), (&"350102".into(), &3.into()));
    let (_, venue) = server.json(get("/api/v1/venues/350103001-01")).await;
    assert_eq!(venue["upstream"], Value::Null);
}
