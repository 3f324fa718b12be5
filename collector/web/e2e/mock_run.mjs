// One run of an inspection as the stand-in collector tells it; which of its venues has ended follows from the time.
import { random } from "./mock_world.mjs";

export const china = (at) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);

const CONCLUSIONS = ["open", "untested", "abnormal", "unfilled", "incomplete", "fixed", "normal", "excused"];
const STAGES = { "picture.no-signal": "摄像机", "picture.black": "摄像机", "line.down": "专线", "line.loss": "专线" };
const LEVELS = ["village", "township", "county", "city", "province"];

/** What HQ passes on in one go: some thousand; one here, so that it goes in parts. */
const PASSED_AT_ONCE = 1;
const MANUAL = [
  { key: "cables", title: "线缆", standard: "标签齐全，接头无松动" },
  { key: "charging", title: "充电", standard: "话筒、手台电量充足" },
  { key: "talk", title: "双向音视频", standard: "两端图像声音清晰" },
];

const zero = () => Object.fromEntries(["venues", ...CONCLUSIONS].map((one) => [one, 0]));
const rate = (tally) => {
  const tested = tally.normal + tally.fixed + tally.abnormal;
  return tested === 0 ? null : (tally.normal + tally.fixed) / tested;
};

export class Run {
  constructor(world, { id, plan, title, kind, given_ms, pace_ms, places, venues, seed = 0, operator = "陈建平" }) {
    const r = random(1_000 + seed);
    this.world = world;
    const work = { kind, places, except: [], venues: [], units: [], probe_mode: "all", probe_list: [], manual: MANUAL };
    const pace = {
      confirmed: kind !== "daily",
      spread: { at_once: 200, per_county: 10 },
      quiet: null,
      window_min: 480,
    };
    this.log = [];
    this.editions = [];
    const said = { title, plan, meeting: null, operator, basis: "", by_calendar: plan !== null };
    const until_ms = given_ms + 8 * 3_600_000;
    this.item = { id, group: null, ...said, work: { ...work, ...pace }, given_ms, until_ms };
    Object.assign(this, { state: "running", ended: null, ended_ms: null, paused_ms: null });
    const inside = (venue) => places.some((place) => place === "35" || venue.place.startsWith(place));
    const every = [...world.venues.values()].filter((venue) => !venue.excluded && inside(venue));
    const step = Math.max(1, Math.floor(every.length / venues));
    const all = every.filter((_, n) => n % step === 0).slice(0, venues);
    const ends = { fail: "abnormal", degraded: "abnormal", silent: "untested", unknown: "untested" };
    this.entries = all.map((venue, n) => {
      const chance = r();
      const usual = chance < 0.01 ? "fixed" : chance < 0.02 ? "abnormal" : "normal";
      const conclusion = ends[venue.class] ?? usual;
      const review = { state: "filling", level: LEVELS.includes(venue.level) ? venue.level : "county" };
      const at_ms = given_ms + Math.floor((n + r() * 20) * pace_ms);
      // Two in three have been filled in.
      const looked = { result: "normal", value: "", note: "", person: operator, telephone: "", at_ms };
      const filled = new Map(n % 3 === 0 ? [] : MANUAL.map(({ key }) => [key, looked]));
      return { venue, conclusion, at_ms, filled, steps: [], review, asked: 1 };
    });
  }

  standing(one, now) {
    const until = this.paused_ms ?? now;
    const owed = one.conclusion === "normal" && one.filled.size < MANUAL.length;
    if (one.at_ms <= until) return owed ? "unfilled" : one.conclusion;
    return this.ended === "cancelled" ? "untested" : "open";
  }

  tally(now, entries = this.entries) {
    const tally = zero();
    for (const one of entries) {
      tally.venues++;
      tally[this.standing(one, now)]++;
    }
    return tally;
  }

  head(now) {
    const tally = this.tally(now);
    if (this.state === "running" && tally.open === 0) {
      const ended_ms = Math.max(...this.entries.map((one) => one.at_ms));
      Object.assign(this, { state: "ended", ended: "complete", ended_ms });
    }
    const { state, ended, ended_ms, paused_ms } = this;
    const coverage = (tally.abnormal + tally.fixed + tally.normal) / Math.max(1, tally.venues);
    const paused = { paused_ms, paused_by: paused_ms === null ? null : "林秀英" };
    return {
      ...this.item,
      state,
      ended,
      ended_ms,
      ...paused,
      tally,
      revision: 1,
      edition: this.editions.length,
      signed_by: this.editions[0]?.by ?? null,
      signed_ms: this.editions[0]?.at_ms ?? null,
      rate: rate(tally),
      first_rate: null,
      coverage,
    };
  }

  places(now, length) {
    const groups = new Map();
    for (const one of this.entries) {
      const place = one.venue.place.slice(0, length);
      groups.set(place, [...(groups.get(place) ?? []), one]);
    }
    return [...groups].map(([place, entries]) => {
      const tally = this.tally(now, entries);
      const name = this.world.places.get(place)?.name ?? place;
      return { place, name, city: place.slice(0, 4), tally, rate: rate(tally), coverage: null };
    });
  }

  answer(now, before) {
    const run = this.head(now);
    const [blamed, untested] = [new Map(), new Map()];
    for (const one of this.entries) {
      const row = this.row(one, now);
      if (row.blamed !== null) blamed.set(row.blamed, [...(blamed.get(row.blamed) ?? []), row.venue]);
      if (row.conclusion === "untested") untested.set(row.reason, (untested.get(row.reason) ?? 0) + 1);
    }
    const groups = [...blamed].map(([stages, all]) => ({ stages, venues: all.length, sample: all.slice(0, 5) }));
    const open = run.state !== "ended";
    const end_ms = Math.max(...this.entries.map((one) => one.at_ms));
    const forecast = { end_ms, remaining: run.tally.open, asked_now: 12, waiting_away: 3, mean_ms: 21_000 };
    return {
      now_ms: now,
      epoch_ms: 1,
      run,
      cities: this.places(now, 4),
      counties: this.places(now, 6),
      blamed: groups.sort((a, b) => b.venues - a.venues),
      untested: [...untested].map(([reason, venues]) => ({ reason, venues })),
      retried: run.tally.abnormal + run.tally.untested,
      unfinished: run.tally.filling + run.tally.returned,
      previous: before?.item.id ?? null,
      log: this.log,
      forecast: open ? { ...forecast, measured: true, quiet: false } : null,
    };
  }

  row(one, now) {
    const { venue, review } = one;
    const conclusion = this.standing(one, now);
    const finding = conclusion === "abnormal" ? (venue.finding ?? "line.jitter") : null;
    const silent = venue.class === "silent" ? "away" : "interlocked";
    return {
      venue: venue.id,
      name: venue.name,
      unit: venue.unit,
      city: venue.place.slice(0, 4),
      county: venue.place.slice(0, 6),
      place_name: venue.place_name,
      conclusion,
      reason: conclusion === "untested" ? (this.ended === "cancelled" ? "cancelled" : silent) : null,
      asking: conclusion === "open" ? (one.at_ms < now + 60_000 ? "out" : "waits") : "done",
      items_done: conclusion === "open" ? 2 : 5,
      items: 5,
      bad: finding ? [{ name: "链路", result: "abnormal", finding }] : [],
      filled: one.filled.size,
      manual: MANUAL.length,
      review: {
        ...review,
        owner: venue.place,
        owner_name: this.world.places.get(venue.place)?.name ?? "",
        returned_for: null,
      },
      blamed: conclusion === "abnormal" ? (STAGES[finding] ?? "") : null,
      asked: conclusion === "fixed" ? 2 : one.asked,
      first_ms: null,
      last_ms: conclusion === "open" ? null : one.at_ms,
      revision: 1,
    };
  }

  venues(now, query) {
    const wish = (name) => query.get(name) ?? "";
    const fits = (row) =>
      (wish("conclusion") === "" || row.conclusion === wish("conclusion")) &&
      (wish("untested") === "" || row.reason === wish("untested")) &&
      (!query.has("blamed") || row.blamed === wish("blamed")) &&
      row.venue.startsWith(wish("place")) &&
      `${row.name} ${row.venue} ${row.place_name}`.includes(wish("q"));
    const rows = this.entries.map((one) => this.row(one, now)).filter(fits);
    rows.sort((a, b) => CONCLUSIONS.indexOf(a.conclusion) - CONCLUSIONS.indexOf(b.conclusion));
    const offset = Number(query.get("offset") ?? 0);
    const items = rows.slice(offset, offset + Number(query.get("limit") ?? 100));
    return { now_ms: now, epoch_ms: 1, revision: 1, total: rows.length, items };
  }

  detail(one, now) {
    const row = this.row(one, now);
    const blank = { at_ms: 0, result: "open", value: null, unit: "", finding: null, detail: "", person: "" };
    const none = { reason: null, evidence: null, telephone: "", note: "", earlier: [] };
    const auto = (key, title, standard, value, unit, some = {}) => {
      const said = { ...blank, result: "normal", value, unit, at_ms: one.at_ms, ...some };
      const untested = row.conclusion === "untested";
      const seen = row.conclusion === "open" ? blank : untested ? { ...blank, result: "untested" } : said;
      const reason = untested ? row.reason : null;
      return { source: "auto", key, title, kind: "line", standard, now: seen, ...none, reason };
    };
    const bad = row.bad[0] ? { result: "abnormal", finding: row.bad[0].finding, value: "12.4" } : {};
    const entries = [
      auto("line", "专线", "≤1", "0", "%", bad),
      { ...auto("picture", "画面", "≥30", "118", "luma"), evidence: "ab".repeat(32) },
      auto("camera", "摄像机预置位", "≤20", "3", "px"),
      auto("terminal", "会议终端", "", null, ""),
      auto("ups", "不间断电源", "≥600", "1800", "s"),
    ];
    const manual = MANUAL.map(({ key, title, standard }) => {
      const { note = "", telephone = "", ...said } = one.filled.get(key) ?? {};
      const seen = { ...blank, ...said };
      return { source: "manual", key, title, kind: "", standard, now: seen, ...none, note, telephone };
    });
    const { steps } = one;
    return {
      now_ms: now,
      run: this.item.id,
      venue: row,
      entries: [...entries, ...manual],
      remark: null,
      steps,
      excuse: null,
    };
  }

  record(now, venue, word, body) {
    const one = this.entries.find((entry) => entry.venue.id === venue);
    if (!one) return [404, null];
    const { review } = one;
    if (word === "manual") {
      if (review.state !== "filling" && review.state !== "returned") return [409, null];
      const { person, telephone } = body;
      for (const { key, ...said } of body.items) one.filled.set(key, { ...said, person, telephone, at_ms: now });
    }
    if (word === "review") {
      const at = LEVELS.indexOf(review.level);
      if (body.level !== review.level || review.state === "submitted") return [409, null];
      const to = LEVELS[body.act === "pass" ? Math.min(at + 1, 4) : at - 1];
      one.steps.push({ at_ms: now, person: body.person, act: body.act, from: review.level, to, reason: body.reason });
      const done = body.act === "pass" && review.level === "province";
      review.state = done ? "submitted" : body.act === "pass" ? "reviewing" : "returned";
      review.level = to;
    }
    return [200, this.detail(one, now)];
  }

  /** How the records of a place lie for a level; `pass` by a person: those that are filled in go up. */
  lying({ level, place, from }, person, now) {
    const told = { ready: 0, unfilled: 0, returned: 0 };
    let passed = 0;
    for (const one of this.entries) {
      const { review } = one;
      if (review.level !== level || review.state === "submitted" || !one.venue.id.startsWith(place ?? "")) continue;
      if (review.state === "returned") told.returned++;
      else if (one.filled.size < MANUAL.length || this.standing(one, now) === "open") told.unfilled++;
      else if (person === undefined) told.ready++;
      else if (passed >= PASSED_AT_ONCE) told.ready++;
      else {
        passed++;
        this.record(now, one.venue.id, "review", { act: "pass", level, person, reason: "" });
      }
    }
    return [200, person === undefined ? told : { passed, lying: told, next: told.ready > 0 ? (from ?? 0) + 8 : null }];
  }

  /** Who waits for a person, of one county so many a working day: as here, of a week that has no others. */
  waits(level) {
    return this.entries.filter((one) => one.review.level === level && one.filled.size < MANUAL.length);
  }

  sending(query) {
    const waiting = this.waits(query.get("level")).length;
    const per_day = Number(query.get("per_day") ?? 30);
    const days = per_day === 0 || waiting === 0 ? Math.min(1, waiting) : Math.min(5, Math.ceil(waiting / 30 / per_day));
    const day = (at) => (waiting === 0 ? null : `2026-11-${30 - 4 + at}`);
    return { waiting, per_day, days, first: day(0), last: day(Math.max(0, days - 1)) };
  }

  links({ level, per_day }, now) {
    const on = this.sending(new URLSearchParams({ level, per_day: per_day ?? 30 })).first;
    const of = (one) => ({ venue: one.venue.id, name: one.venue.name, unit: "", path: `/p/${one.venue.id}` });
    return { items: this.waits(level).map((one) => ({ send_on: on, until_ms: now + 604_800_000, ...of(one) })) };
  }

  deed({ deed: act, which, person }, now) {
    this.log.push({ at_ms: now, person, deed: act });
    if (act === "pause") Object.assign(this, { state: "paused", paused_ms: now });
    if (act === "resume") {
      for (const one of this.entries) if (one.at_ms > this.paused_ms) one.at_ms += now - this.paused_ms;
      Object.assign(this, { state: "running", paused_ms: null });
    }
    if (act === "cancel") Object.assign(this, { state: "ended", ended: "cancelled", ended_ms: now, paused_ms: now });
    if (act === "retry" && which) {
      const again = ["abnormal", "untested"];
      for (const one of this.entries.filter((entry) => again.includes(this.standing(entry, now)))) {
        one.asked++;
        one.at_ms = now + 60_000;
      }
      Object.assign(this, { state: "running", ended: null, ended_ms: null, paused_ms: null });
    }
    return [200, this.head(now)];
  }

  sign({ by, reason }, at_ms) {
    if (this.state !== "ended" || (this.editions.length > 0 && !reason)) return [409, null];
    const name = "5ea1".repeat(16);
    const edition = this.editions.length + 1;
    const subject = `inspection/${this.item.id}`;
    this.editions.unshift({
      name,
      subject,
      title: this.item.title,
      edition,
      by,
      at_ms,
      corrects: null,
      reason: reason ?? null,
    });
    return [200, this.editions[0]];
  }

  compare(now, before, query) {
    const were = new Map(before?.entries.map((one) => [one.venue.id, one.conclusion]) ?? []);
    const sound = (one) => one === "normal" || one === "fixed";
    const rows = this.entries.flatMap((one) => {
      const [was, is] = [were.get(one.venue.id), this.standing(one, now)];
      const change =
        was === undefined
          ? "only-now"
          : is === "untested" && was !== "untested"
            ? "untested"
            : is === "abnormal"
              ? was === "abnormal"
                ? "still"
                : "new"
              : was === "abnormal" && sound(is)
                ? "cured"
                : null;
      const items = [{ title: "专线", before: was === "abnormal" ? "abnormal" : "normal", now: is }];
      return change
        ? [{ venue: one.venue.id, name: one.venue.name, difference: change, before: was ?? null, now: is, items }]
        : [];
    });
    const count = (change) => rows.filter((row) => row.difference === change).length;
    const sums = {
      new: count("new"),
      cured: count("cured"),
      still: count("still"),
      untested: count("untested"),
      steady: this.entries.length - rows.length,
      only_now: count("only-now"),
      only_before: 0,
    };
    const wanted = rows.filter((row) => !query.get("difference") || row.difference === query.get("difference"));
    const offset = Number(query.get("offset") ?? 0);
    const shown = wanted.slice(offset, offset + Number(query.get("limit") ?? 100));
    return { now: this.head(now), before: before?.head(now) ?? null, sums, items: shown, total: wanted.length };
  }
}
