//! The HTTP API: reads the published [`View`] and [`Books`], asks the core for the rest. It decides nothing and owns no state.

mod agents;
pub mod assurance;
mod backup;
pub mod breakdown;
mod camera;
mod console;
mod device;
pub mod documents;
pub mod dto;
mod evidence;
mod form;
pub mod groups;
mod guard;
mod health;
mod history;
pub mod inbound;
pub mod inspection;
pub mod links;
mod map;
pub mod meetings;
pub mod mouth_to_ear;
pub mod names;
pub mod obligations;
mod once;
mod page;
mod phone;
mod places;
mod problem;
pub mod rectify;
mod references;
mod registry;
pub mod roll_call;
mod said;
pub mod schedules;
pub mod sealing;
mod stream;
mod systems;
pub mod units;
mod venue;
mod venues;
pub mod warnings;

#[cfg(test)]
pub(crate) mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use avow_shared::time::UnixMs;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tokio::sync::{mpsc, oneshot};
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use map::MapData;
pub(crate) use page::MOST_ROWS;
pub(crate) use problem::refused as refused_requests;
pub use problem::{Problem, ProblemDetails};

use crate::backup::under_way::Place;
use crate::books::Books;
use crate::command::{Command, Refusal, Reply};
use crate::counters::Histogram;
use crate::crossing::Limits;
use crate::documents::Documents;
use crate::events::Hub;
use crate::evidence::{EvidenceStore, Keys};
use crate::hand::Hand;
use crate::links::Guesses;
use crate::province::View;
use crate::settings::Proxy;
use crate::trouble::Trouble;

/// The longest body where nothing else is said.
const MAX_BODY: usize = 64 << 10;

/// What the rest of the program tells the API.
pub trait Facts: Send + Sync {
    /// The collector's clock.
    fn now_ms(&self) -> UnixMs;
    /// What does not work just now.
    fn trouble(&self) -> Option<Trouble>;
    /// Whether the broker is reached.
    fn broker_connected(&self) -> bool;
    /// Reports stored a second, over the last seconds.
    fn reports_per_s(&self) -> f64;
    /// How long canaries took until they were seen.
    fn canaries(&self) -> Histogram;
    /// How long the orders behind them took until they were answered.
    fn echoes(&self) -> Histogram;
    /// Name, help and value of each counter.
    fn counters(&self) -> Vec<(&'static str, &'static str, u64)>;
}

/// What all requests share.
pub struct Shared {
    /// The newest state.
    pub view: Arc<ArcSwap<View>>,
    /// Keys and numbers.
    pub books: Arc<Books>,
    /// The way to the core.
    pub commands: mpsc::Sender<Command>,
    /// The hand at the cameras.
    pub hand: Arc<Hand>,
    /// What was signed off.
    pub documents: Arc<Documents>,
    /// Who was wrong about a link lately; held for some instructions at a time.
    pub guesses: Mutex<Guesses>,
    /// Who stands between phones and this server, and says whose a request is.
    pub proxy: Proxy,
    /// 发起单位 of reports of roll calls.
    pub caller: Box<str>,
    /// The history; none when it is switched off.
    pub history: Option<crate::history::Reader>,
    /// Evidence by hash.
    pub evidence: Arc<EvidenceStore>,
    /// The keys of agents.
    pub keys: Arc<dyn Keys>,
    /// The source of events.
    pub hub: Hub,
    /// The rest of the program.
    pub facts: Arc<dyn Facts>,
    /// The map.
    pub map: MapData,
    /// HQ's public key, hexadecimal.
    pub hq_key: String,
    /// When the program started.
    pub started_ms: UnixMs,
    /// What a run of two venues is judged by.
    pub across: Limits,
    /// Whether the broker is inside.
    pub embedded_broker: bool,
    /// Whether any host name is served (`--insecure-lan`).
    pub any_host: bool,
    /// The data folder, for uploads that wait.
    pub data: PathBuf,
    /// One backup is made and fetched at a time.
    pub backups: Place,
    /// One backup is taken in at a time.
    pub restores: Place,
}

impl Shared {
    fn now_ms(&self) -> UnixMs {
        self.facts.now_ms()
    }

    /// Asks the core and waits for its answer.
    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Problem> {
        let gone = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping");
        Ok(self.answer(command).await.ok_or_else(gone)??)
    }

    /// The core's answer as it gives it; none when the server is stopping.
    async fn answer<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Option<Result<T, Refusal>> {
        let (reply, answer) = oneshot::channel::<Result<T, Refusal>>();
        self.commands.send(command(reply)).await.ok()?;
        answer.await.ok()
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Avow",
        description = "Whether every venue of a province can hold a video conference. All times are Unix milliseconds."
    ),
    components(schemas(ProblemDetails, dto::HelloEvent, dto::DeltaEvent, dto::InboundEvent, dto::ResyncEvent))
)]
struct Document;

fn api() -> OpenApiRouter<Arc<Shared>> {
    let routes = OpenApiRouter::new()
        .routes(routes!(health::get_health))
        .routes(routes!(places::get_place))
        .routes(routes!(systems::get_systems))
        .routes(routes!(breakdown::get_breakdown))
        .routes(routes!(names::list_names))
        .routes(routes!(venues::list_venues))
        .routes(routes!(venue::get_venue))
        .routes(routes!(history::get_history))
        .routes(routes!(camera::command))
        .routes(routes!(camera::steer))
        .routes(routes!(mouth_to_ear::begin, mouth_to_ear::list_runs))
        .routes(routes!(mouth_to_ear::get_run))
        .routes(routes!(meetings::add_meeting, meetings::list_meetings))
        .routes(routes!(meetings::remove_meeting))
        .routes(routes!(roll_call::begin, roll_call::list))
        .routes(routes!(roll_call::get))
        .routes(routes!(roll_call::end))
        .routes(routes!(roll_call::find::find))
        .routes(routes!(roll_call::forecast))
        .routes(routes!(roll_call::word))
        .routes(routes!(roll_call::unit_word))
        .routes(routes!(roll_call::report))
        .routes(routes!(roll_call::record::write_notice))
        .routes(routes!(roll_call::record::sign))
        .routes(routes!(roll_call::record::editions))
        .routes(routes!(links::make_link))
        .routes(routes!(links::make_unit_link))
        .routes(routes!(links::list_links))
        .routes(routes!(links::make_filling_link))
        .routes(routes!(links::make_confirming_link))
        .routes(routes!(inspection::persons::make_filling_links, inspection::persons::forecast_filling_links))
        .routes(routes!(links::revoke_link))
        .routes(routes!(groups::list_groups, groups::add_group))
        .routes(routes!(groups::change_group, groups::remove_group))
        .routes(routes!(schedules::list_schedules, schedules::add_schedule))
        .routes(routes!(schedules::change_schedule, schedules::remove_schedule))
        .routes(routes!(schedules::pause_schedule))
        .routes(routes!(documents::list_documents))
        .routes(routes!(documents::get_document))
        .routes(routes!(documents::verify_document))
        .routes(routes!(inbound::begin, inbound::list))
        .routes(routes!(inbound::get_summary))
        .routes(routes!(inbound::get))
        .routes(routes!(inbound::word))
        .routes(routes!(inbound::record::report_of))
        .routes(routes!(inbound::record::sign))
        .routes(routes!(inbound::record::editions))
        .routes(routes!(inspection::begin, inspection::list))
        .routes(routes!(inspection::meant::forecast))
        .routes(routes!(inspection::get))
        .routes(routes!(inspection::report))
        .routes(routes!(inspection::sign))
        .routes(routes!(inspection::editions))
        .routes(routes!(inspection::venues))
        .routes(routes!(inspection::venue))
        .routes(routes!(inspection::deed))
        .routes(routes!(inspection::fill))
        .routes(routes!(inspection::review))
        .routes(routes!(inspection::passing::lying, inspection::passing::pass))
        .routes(routes!(inspection::compared))
        .routes(routes!(
            inspection::plans::templates,
            inspection::plans::put_templates,
            inspection::plans::reset_templates
        ))
        .routes(routes!(inspection::plans::list_plans, inspection::plans::add_plan))
        .routes(routes!(inspection::plans::get_plan, inspection::plans::put_plan, inspection::plans::remove_plan))
        .routes(routes!(inspection::plans::get_days, inspection::plans::put_days))
        .routes(routes!(inspection::plans::calendar))
        .routes(routes!(agents::get_accounting))
        .routes(routes!(agents::list_agents))
        .routes(routes!(agents::decide_agent))
        .routes(routes!(registry::import))
        .routes(routes!(registry::export))
        .routes(routes!(units::list_units, units::replace_units))
        .routes(routes!(units::export_units))
        .routes(routes!(units::list_expected))
        .routes(routes!(units::get_unit))
        .routes(routes!(obligations::get_board))
        .routes(routes!(obligations::get_rules, obligations::put_rules))
        .routes(routes!(obligations::kept::add_test, obligations::list_tests))
        .routes(routes!(obligations::report))
        .routes(routes!(obligations::month::month_report))
        .routes(routes!(obligations::month::sign_month))
        .routes(routes!(obligations::month::month_editions))
        .routes(routes!(obligations::kept::confirm_test))
        .routes(routes!(obligations::kept::correct_test))
        .routes(routes!(obligations::kept::withdraw_test))
        .routes(routes!(assurance::get, assurance::start))
        .routes(routes!(assurance::get_rules, assurance::put_rules))
        .routes(routes!(assurance::get_staff, assurance::put_staff))
        .routes(routes!(assurance::report::report))
        .routes(routes!(assurance::report::sign))
        .routes(routes!(assurance::report::editions))
        .routes(routes!(assurance::approve))
        .routes(routes!(assurance::revoke))
        .routes(routes!(assurance::adjust))
        .routes(routes!(assurance::end))
        .routes(routes!(warnings::list))
        .routes(routes!(warnings::backups))
        .routes(routes!(warnings::rectify_warning))
        .routes(routes!(warnings::frequent))
        .routes(routes!(warnings::get_rule, warnings::put_rule))
        .routes(routes!(warnings::rule_changes))
        .routes(routes!(rectify::list, rectify::open))
        .routes(routes!(rectify::open_from))
        .routes(routes!(rectify::export))
        .routes(routes!(rectify::get))
        .routes(routes!(rectify::step))
        .routes(routes!(evidence::get_evidence, evidence::head_evidence, evidence::put_evidence))
        .routes(routes!(map::get_map))
        .routes(routes!(map::get_cities))
        .routes(routes!(map::get_counties))
        .routes(routes!(backup::backup, backup::get_backup))
        .routes(routes!(backup::restore))
        .routes(routes!(stream::events));
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", routes)
}

/// The OpenAPI document as JSON, laid out for people and for comparing.
#[must_use]
pub fn openapi_json() -> String {
    api().into_openapi().to_pretty_json().unwrap_or_default() + "\n"
}

/// Everything that is served over HTTP.
pub fn router(shared: Arc<Shared>) -> Router {
    let (routes, _) = api().split_for_parts();
    let document: Arc<str> = openapi_json().into();
    let document = move || async move { ([("content-type", "application/json")], document.to_string()) };
    routes
        .route("/api/v1/openapi.json", get(document))
        .route("/metrics", get(crate::metrics::metrics))
        .fallback(console::serve)
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(Arc::<once::Once>::default(), once::once))
        .layer(from_fn(guard::own))
        .layer(from_fn_with_state(Arc::clone(&shared), guard::host))
        .layer(from_fn(guard::timely))
        .layer(from_fn(problem::everywhere))
        // Pages for phones say what is wrong in words for people.
        .merge(phone::pages(&shared))
        .layer(CompressionLayer::new())
        .layer(from_fn(guard::headers))
        .with_state(shared)
}

/// A text on one line, of so many characters, without spaces around it.
fn line(name: &str, text: &str, least: usize, most: usize) -> Result<Box<str>, Problem> {
    let text = text.trim();
    if !(least..=most).contains(&text.chars().count()) || text.contains(char::is_control) {
        return Err(Problem::bad(format!("{name}: {least} to {most} characters on one line are expected")));
    }
    Ok(text.into())
}

async fn not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not know this method")
}
