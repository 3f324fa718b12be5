//! `GET /health`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::Shared;
use super::dto::{CanaryHealth, DocumentsHealth, Health, RecordsHealth};
use crate::forget;

const MOST_SAMPLES: usize = 5;

/// Whether the server is well.
#[utoipa::path(get, path = "/health", tag = "server", responses((status = 200, body = Health)))]
pub(super) async fn get_health(State(shared): State<Arc<Shared>>) -> Json<Health> {
    let trouble = shared.facts.trouble();
    let view = shared.view.load();
    let (kept, most, room) = shared.documents.now().room();
    let canaries = view.canaries(shared.now_ms());
    Json(Health {
        status: if trouble.is_none() { "ok" } else { "degraded" }.to_owned(),
        trouble: trouble.as_ref().map(|trouble| trouble.cause),
        detail: trouble.map(|trouble| trouble.detail),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now_ms: shared.now_ms(),
        started_ms: shared.started_ms,
        broker: if shared.embedded_broker { "embedded" } else { "external" }.to_owned(),
        broker_connected: shared.facts.broker_connected(),
        revision: view.revision,
        reports_per_s: shared.facts.reports_per_s(),
        hq_key: shared.hq_key.clone(),
        canaries: CanaryHealth {
            agents: canaries.agents,
            p50_ms: canaries.p50_ms,
            p99_ms: canaries.p99_ms,
            oldest_ms: canaries.oldest_ms,
            stopped: canaries.stopped.len(),
            sample: canaries.stopped.iter().take(MOST_SAMPLES).map(ToString::to_string).collect(),
        },
        documents: DocumentsHealth { kept, most, room },
        roll_calls: calls(&shared),
        inspections: runs(&shared),
    })
}

fn calls(shared: &Shared) -> RecordsHealth {
    let (calls, archive) = (shared.books.roll_calls.load(), shared.documents.now());
    let (kept, most) = (calls.len(), forget::MOST_CALLS);
    RecordsHealth { kept, most, room: forget::room(kept, most, &forget::of_calls(&calls, &archive)) }
}

fn runs(shared: &Shared) -> RecordsHealth {
    let (runs, archive) = (shared.books.inspections.load(), shared.documents.now());
    let heads = || runs.heads.values().map(AsRef::as_ref);
    let records: u64 = heads().map(|head| u64::from(head.records)).sum();
    let (kept, is_by_records) = (runs.heads.len(), records * 10 > forget::MOST_RUN_RECORDS * 9);
    // As many as there would be of this size, when that is what is short.
    let by_records =
        (forget::MOST_RUN_RECORDS * kept as u64).checked_div(records).map_or(forget::MOST_RUNS, |most| most as usize);
    let most = by_records.min(forget::MOST_RUNS);
    RecordsHealth { kept, most, room: forget::room(kept, most, &forget::of_runs(heads(), &archive, is_by_records)) }
}
