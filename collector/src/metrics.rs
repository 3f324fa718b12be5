//! `GET /metrics`: the text format of Prometheus (version 0.0.4), written by hand.

use std::fmt::Write;
use std::sync::{Arc, PoisonError};

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::api::Shared;
use crate::counters::{Histogram, PULSE_S};
use crate::forget::{MOST_CALLS, MOST_RUNS};
use crate::links::{LinkState, MOST};
use crate::province::Class;
use crate::schedules::Outcome;

pub(crate) async fn metrics(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text(&shared))
}

fn text(shared: &Shared) -> String {
    let mut text = String::new();
    for (name, help, value) in shared.facts.counters() {
        one(&mut text, &format!("avow_{name}_total"), help, "counter", value as f64);
    }
    let refused = crate::api::refused_requests() as f64;
    one(&mut text, "avow_http_refused_total", "Requests that were answered with a client error", "counter", refused);
    let view = shared.view.load();
    one(&mut text, "avow_revision", "Revision of the published state", "gauge", view.revision as f64);
    let roots = (0..u32::try_from(view.tree.len()).unwrap_or(0)).take_while(|at| view.tree.parent(*at).is_none());
    heading(&mut text, "avow_venues", "Venues by class", "gauge");
    for root in roots {
        let (counts, code) = (view.counts(root), view.tree.place(root).code);
        let classes = Class::ALL.map(|class| (class.word(), counts.in_class(class)));
        let outside = [("never", counts.never), ("excluded", counts.excluded)];
        for (class, number) in classes.into_iter().chain(outside) {
            line(&mut text, &format!("avow_venues{{place=\"{code}\",class=\"{class}\"}} {number}"));
        }
        one(&mut text, "avow_agents_connected", "Connected, accepted keys", "gauge", counts.agents.into());
    }
    canaries(&mut text, shared);
    office(&mut text, shared);
    one(&mut text, "avow_event_streams", "Open event streams", "gauge", shared.hub.listeners() as f64);
    one(
        &mut text,
        "avow_up",
        "1 when nothing is degraded",
        "gauge",
        f64::from(u8::from(shared.facts.trouble().is_none())),
    );
    if let Some(bytes) = resident_bytes() {
        one(&mut text, "process_resident_memory_bytes", "Resident memory", "gauge", bytes as f64);
    }
    text
}

fn canaries(text: &mut String, shared: &Shared) {
    let seen = "From the planting of a canary, by its agent's clock, until readers of HQ saw it";
    histogram(text, "avow_canary_seen_seconds", seen, shared.facts.canaries());
    let answered = "From the order that HQ sends to the agent of a canary until its answer is at HQ, by HQ's clock";
    histogram(text, "avow_canary_answered_seconds", answered, shared.facts.echoes());
    let sums = shared.view.load().canaries(shared.facts.now_ms());
    let oldest = sums.oldest_ms.unwrap_or(0) as f64 / 1_000.0;
    one(
        text,
        "avow_canary_last_seconds",
        "Age of the newest canary of the agent that sent none for longest",
        "gauge",
        oldest,
    );
    let stopped = sums.stopped.len() as f64;
    one(text, "avow_canary_stopped", "Agents that are connected and whose canary does not come", "gauge", stopped);
}

/// What people at HQ left to run by itself, or to others: schedules and links.
fn office(text: &mut String, shared: &Shared) {
    let (schedules, links, now_ms) =
        (shared.books.schedules.load_full(), shared.books.links.load_full(), shared.facts.now_ms());
    heading(text, "avow_schedules", "Schedules of roll calls", "gauge");
    let paused = schedules.iter().filter(|(_, schedule)| schedule.plan.paused).count();
    let all = schedules.iter().count();
    for (state, number) in [("active", all - paused), ("paused", paused)] {
        line(text, &format!("avow_schedules{{state=\"{state}\"}} {number}"));
    }
    let slots = "Slots of schedules that are remembered, by what became of them";
    heading(text, "avow_schedule_slots", slots, "gauge");
    let mut became = [0_usize; 3];
    for slot in schedules.iter().flat_map(|(_, schedule)| &schedule.slots) {
        became[match slot.outcome {
            Outcome::Called(_) => 0,
            Outcome::Missed => 1,
            Outcome::Failed(_) => 2,
        }] += 1;
    }
    for (outcome, number) in ["called", "missed", "failed"].into_iter().zip(became) {
        line(text, &format!("avow_schedule_slots{{outcome=\"{outcome}\"}} {number}"));
    }
    let days = shared.books.working_days();
    let next = schedules.iter().filter_map(|(_, schedule)| schedule.next_ms(now_ms, &days)).min();
    let within = next.map_or(-1.0, |next_ms| next_ms.saturating_sub(now_ms) as f64 / 1_000.0);
    one(text, "avow_schedule_next_seconds", "Until a schedule calls next; -1: none does", "gauge", within);
    heading(text, "avow_links", "One-time links that are kept", "gauge");
    let mut states = [0_usize; 4];
    for link in links.iter() {
        states[match link.state(now_ms) {
            LinkState::Open => 0,
            LinkState::Used => 1,
            LinkState::Revoked => 2,
            LinkState::Expired => 3,
        }] += 1;
    }
    for (state, number) in ["open", "used", "revoked", "expired"].into_iter().zip(states) {
        line(text, &format!("avow_links{{state=\"{state}\"}} {number}"));
    }
    one(text, "avow_links_most", "More links than these are not kept", "gauge", MOST as f64);
    let (kept, most, _) = shared.documents.now().room();
    one(text, "avow_documents", "Documents that were signed off; none is ever deleted", "gauge", kept as f64);
    one(text, "avow_documents_most", "More documents than these are not signed off", "gauge", most as f64);
    let calls = shared.books.roll_calls.load().len();
    one(text, "avow_roll_calls_kept", "Roll calls whose record is kept", "gauge", calls as f64);
    one(text, "avow_roll_calls_most", "More than these are not kept", "gauge", MOST_CALLS as f64);
    let runs = shared.books.inspections.load().heads.len();
    one(text, "avow_inspections_kept", "Inspection runs whose record is kept", "gauge", runs as f64);
    one(text, "avow_inspections_most", "More than these are not kept", "gauge", MOST_RUNS as f64);
    let wrong = shared.guesses.lock().unwrap_or_else(PoisonError::into_inner).all_wrong();
    one(text, "avow_link_wrong_total", "Addresses of links that nobody has, since the start", "counter", wrong as f64);
    let refused = shared.guesses.lock().unwrap_or_else(PoisonError::into_inner).all_refused();
    let help = "Requests for links that were not listened to, since the start";
    one(text, "avow_link_refused_total", help, "counter", refused as f64);
}

fn histogram(text: &mut String, name: &str, help: &str, (within, sum): Histogram) {
    heading(text, name, help, "histogram");
    let bounds = PULSE_S.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
    for (bound, number) in bounds.zip(within) {
        line(text, &format!("{name}_bucket{{le=\"{bound}\"}} {number}"));
    }
    line(text, &format!("{name}_sum {sum}"));
    line(text, &format!("{name}_count {}", within[PULSE_S.len()]));
}

fn one(text: &mut String, name: &str, help: &str, kind: &str, value: f64) {
    heading(text, name, help, kind);
    line(text, &format!("{name} {value}"));
}

fn heading(text: &mut String, name: &str, help: &str, kind: &str) {
    line(text, &format!("# HELP {name} {help}"));
    line(text, &format!("# TYPE {name} {kind}"));
}

fn line(text: &mut String, line: &str) {
    // Writing into a string does not fail.
    let _ = writeln!(text, "{line}");
}

/// proc(5), `statm`: the second number, in pages of 4 KiB.
fn resident_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    statm.split_whitespace().nth(1)?.parse::<u64>().ok().map(|pages| pages * 4_096)
}
