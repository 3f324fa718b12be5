// Roll calls, as the stand-in collector tells them. How each venue behaves follows from its code and the time alone.
import { Kept } from "./mock_kept.mjs";
import { random } from "./mock_world.mjs";

const EPOCH_MS = Date.now();
const LATE_MS = 600_000;
const PROVEN = 12;
const FAULTS = ["no-sound", "no-picture", "neither", "other"];
/** Of pinyin and initials the stand-in knows those of one county. */
const SPELT = { gl: "350102", gulou: "350102" };
const STANDINGS = ["on_time", "late", "silent", "waiting", "heard", "in_meeting", "excused", "uncounted"];

const zero = () => ({
  expected: 0,
  ...Object.fromEntries(STANDINGS.map((name) => [name, 0])),
  faulty: 0,
  by_person: 0,
  whole: 0,
  proven: 0,
  fell_back: 0,
  untested: 0,
  excused_afterwards: 0,
});

const rate = (sum) => {
  const owed = sum.expected - sum.excused - sum.in_meeting - sum.uncounted;
  return owed > 0 ? sum.whole / owed : null;
};

const ASPECTS = ["line", "camera", "picture", "sound"];
const BROKEN = {
  "no-sound": { sound: "sound.silent" },
  "no-picture": { picture: "picture.black" },
  neither: { picture: "picture.no-signal", sound: "sound.silent" },
  other: { camera: "camera.no-answer" },
};

/** What a venue will do, in milliseconds from the call. */
function plan(venue, depth, next) {
  const dice = next();
  if (venue.never) return { agent: false, away: true };
  if (!venue.connected) return { agent: true, away: true };
  if (dice < 0.004) return { agent: true, away: false };
  const heard_ms = 150 + next() * 1_200;
  if (dice < 0.006) return { agent: true, away: false, heard_ms };
  const took = depth !== "present" ? 4_000 + next() ** 2 * 26_000 : 100 + next() ** 3 * 7_000;
  const slow = dice > 0.997 ? 200_000 : 0;
  const meeting = next() < 0.012;
  const fault = depth !== "present" && next() < 0.03 ? FAULTS[Math.floor(next() * 4)] : null;
  return { agent: true, away: false, heard_ms, answered_ms: Math.round(heard_ms + took + slow), meeting, fault };
}

class Call {
  constructor(world, id, order, given_ms, ended_ms = null) {
    this.world = world;
    this.item = {
      id,
      title: "",
      places: [],
      except: [],
      venues: [],
      confirmed: false,
      operator: "",
      basis: "",
      system: "",
      ...order,
      given_ms,
      until_ms: given_ms + (order.deadline_s ?? 180) * 1_000,
    };
    delete this.item.deadline_s;
    Object.assign(this, { ended_ms, complete_ms: null, closed: null, words: new Map(), plans: null });
  }

  entries() {
    if (this.plans) return this.plans;
    const { places, except, venues, depth, given_ms } = this.item;
    const within = (codes, venue) => codes.some((code) => venue.place.startsWith(code));
    const called = [...this.world.venues.values()].filter(
      (venue) => !venue.excluded && (venues.includes(venue.id) || (within(places, venue) && !within(except, venue))),
    );
    called.sort((a, b) => (a.id < b.id ? -1 : 1));
    const next = random(given_ms % 2 ** 31);
    this.plans = called.map((venue) => ({ venue, at: plan(venue, depth, next) }));
    // A unit without a room: nobody answers for it but a person.
    const mobile = {
      id: "unit:fj-mobile-1",
      name: "前方指挥部 1 号车",
      unit: "前方指挥部 1 号车",
      place: "35",
      unit_id: "fj-mobile-1",
    };
    if (depth === "proven")
      this.plans.unshift({ venue: { ...mobile, class: null, last_ms: null }, at: { agent: false } });
    return this.plans;
  }

  /** A person broke it off before its time was up. */
  cancelled() {
    return this.closed !== null && this.closed.at_ms <= this.item.until_ms;
  }

  /** Everybody has answered. */
  complete(at_ms = Date.now()) {
    this.complete_ms = at_ms;
    const latest = at_ms - this.item.given_ms;
    for (const { at } of this.entries()) {
      if (at.answered_ms <= latest) continue;
      const answered_ms = Math.round(latest * (0.5 + (at.answered_ms ?? 0) / 1_000_000));
      Object.assign(at, {
        fault: null,
        meeting: false,
        ...at,
        agent: true,
        away: false,
        heard_ms: Math.min(at.heard_ms ?? 900, answered_ms),
        answered_ms,
      });
    }
  }

  /** Milliseconds from the call until now, also of a record. */
  clock() {
    return Date.now() - this.item.given_ms;
  }

  now() {
    return (this.ended_ms ?? Date.now()) - this.item.given_ms;
  }

  standing(one, now) {
    const word = this.words.get(one.venue.id);
    const box = one.at.answered_ms <= now ? one.at.answered_ms : undefined;
    const answered = [box, word?.person?.at_ms].filter((at) => at !== undefined).sort((a, b) => a - b)[0];
    const deadline = this.item.until_ms - this.item.given_ms;
    const heard = one.at.heard_ms <= now;
    let standing = now > deadline ? "silent" : heard ? "heard" : "waiting";
    if (standing !== "silent" && this.cancelled()) standing = "uncounted";
    if (answered !== undefined) standing = answered > deadline ? "late" : "on-time";
    if (box !== undefined && one.at.meeting && !word?.person) standing = "in-meeting";
    if (word?.excuse && !word.excused_afterwards) standing = "excused";
    const mode = word?.person ? word.mode : box !== undefined ? "auto" : null;
    const said = word?.person && { picture: word.person.picture, sound: word.person.sound };
    let fault = box !== undefined && !one.at.meeting ? one.at.fault : null;
    if (said && (said.picture === false || said.sound === false))
      fault = said.picture === false ? (said.sound === false ? "neither" : "no-picture") : "no-sound";
    return { standing, mode, fault, answered, heard, box };
  }

  /** The first so many that answer are proven, each ten seconds after its answer. */
  proof(one, now, box) {
    if (this.item.depth !== "proven" || one.venue.unit_id) return null;
    this.able ??= new Map(
      this.entries()
        .filter(({ at }) => at.answered_ms && !at.meeting)
        .map((able, place) => [able, place]),
    );
    const place = this.able.get(one) ?? -1;
    const none = { why: null, run: null, with: null };
    if (place < 0 || place >= PROVEN) {
      return { ...none, state: "fell-back", why: one.at.meeting ? "in-meeting" : place < 0 ? "not-ready" : "no-slot" };
    }
    if (box === undefined) return { ...none, state: "planned" };
    const state = now > box + 10_000 ? "ended" : "running";
    return { ...none, state, run: this.item.id + place, with: "35-01" };
  }

  entry(one, now) {
    const { standing, mode, fault, answered, heard, box } = this.standing(one, now);
    const { venue, at } = one;
    const word = this.words.get(venue.id);
    const open = ["silent", "waiting", "heard"].includes(standing);
    const looks = this.item.depth !== "present";
    const proof = this.proof(one, now, box);
    const broken = BROKEN[at.fault] ?? {};
    const aspects =
      box === undefined || !looks
        ? []
        : ASPECTS.map((aspect) => ({
            aspect,
            state: at.meeting && aspect !== "line" ? "meeting" : broken[aspect] ? "failed" : "good",
            finding: at.meeting ? null : (broken[aspect] ?? null),
          }));
    const share = at.answered_ms ? (now - at.heard_ms) / (at.answered_ms - at.heard_ms) : 0.5;
    return {
      venue: venue.unit_id ? null : venue.id,
      unit_id: venue.unit_id ?? null,
      name: venue.name,
      unit: venue.unit,
      city: venue.place.slice(0, 4),
      standing,
      reason: !open
        ? null
        : venue.unit_id
          ? "no-room"
          : !at.agent
            ? "no-box"
            : heard
              ? "unfinished"
              : at.away
                ? "away"
                : "no-answer",
      mode,
      fault,
      heard_ms: heard ? Math.round(at.heard_ms) : null,
      answered_ms: answered === undefined ? null : Math.round(answered),
      done: heard && looks ? Math.min(4, Math.floor(share * 4)) : heard ? 0 : null,
      of: heard ? (looks ? 4 : 0) : null,
      aspects,
      person: word?.person ?? null,
      ...(proof && { proof }),
      ...(proof?.state === "ended" && { still: "57".repeat(32) }),
      excuse: word?.excuse ?? null,
      excused_ms: word?.excuse ? word.excused_ms : undefined,
      ...(word?.excused_afterwards && { excused_afterwards: true }),
      ...(word?.said.length > 1 && { said: word.said }),
      asked: answered === undefined && !at.away && now > 5_000 ? Math.min(4, Math.floor(now / 20_000) + 1) : 0,
      before: venue.class,
      before_heard_ms: venue.last_ms,
    };
  }

  /** When it last changed. */
  changed(one, now) {
    const word = this.words.get(one.venue.id);
    const { heard_ms, answered_ms } = one.at;
    // Each of four tests that ends is told.
    const quarter = this.item.depth === "ready" ? (answered_ms - heard_ms) / 4 : Number.NaN;
    const tests = [1, 2, 3].map((n) => heard_ms + n * quarter);
    const times = [heard_ms, answered_ms, word?.at_ms, ...tests].filter((at) => at <= now);
    return Math.max(0, ...times);
  }

  sums() {
    const now = this.now();
    const [all, cities] = [zero(), new Map()];
    for (const one of this.entries()) {
      const { standing, mode, fault } = this.standing(one, now);
      const city = one.venue.place.slice(0, 4);
      if (!cities.has(city)) cities.set(city, zero());
      for (const sum of [all, cities.get(city)]) {
        if (this.words.get(one.venue.id)?.excused_afterwards) sum.excused_afterwards++;
        sum.expected++;
        sum[standing.replace("-", "_")]++;
        if (standing === "on-time" && mode !== "backup" && (!fault || fault === "other")) sum.whole++;
        const proof = this.proof(one, now, one.at.answered_ms <= now ? one.at.answered_ms : undefined);
        if (proof?.state === "ended") sum.proven++;
        if (proof?.state === "fell-back") sum.fell_back++;
        if (standing === "on-time" || standing === "late") {
          if (fault) sum.faulty++;
          if (mode !== "auto") sum.by_person++;
        }
      }
    }
    return { all, cities };
  }

  head(all = this.sums().all) {
    const { ended_ms, closed } = this;
    const { complete_ms } = this;
    return { ...this.item, complete_ms, ended_ms, cancelled: this.cancelled(), closed, ...all, rate: rate(all) };
  }

  answer(since) {
    this.end_due();
    const [now, clock] = [this.now(), this.clock()];
    const deadline = this.item.until_ms - this.item.given_ms;
    const { all, cities } = this.sums();
    const news = (one) =>
      since === null ||
      this.changed(one, clock) > since ||
      (now > deadline && this.entry(one, now).answered_ms === null);
    return {
      now_ms: Date.now(),
      epoch_ms: EPOCH_MS,
      revision: clock,
      more: false,
      call: this.head(all),
      cities: [...cities].map(([place, sum]) => ({
        place,
        name: this.world.places.get(place)?.name ?? place,
        ...sum,
        rate: rate(sum),
      })),
      entries: this.entries()
        .filter(news)
        .map((one) => this.entry(one, now)),
    };
  }

  end_due() {
    if (this.ended_ms === null && this.now() > this.item.until_ms - this.item.given_ms + LATE_MS)
      this.ended_ms = Date.now();
  }

  say(id, word) {
    if (!this.entries().some((one) => one.venue.id === id)) return 404;
    this.#keep(id, word, this.clock());
    return 204;
  }

  /** What a person says at a time: what is said after the end is told as that, and lifts no rate by an excuse. */
  #keep(id, word, at_ms) {
    const was = this.words.get(id) ?? { said: [] };
    const afterwards = this.ended_ms !== null && this.item.given_ms + at_ms > this.ended_ms;
    const { person = "", operator = "", picture = null, sound = null, note = "" } = word;
    const kind = word.mode ? "answered" : word.unanswered ? "unanswered" : word.excuse ? "excused" : "unexcused";
    const text = word.mode ? [person, note].filter(Boolean).join(" ") : (word.unanswered ?? word.excuse ?? "");
    const said = [...was.said, { what: kind, at_ms, operator, text, afterwards }];
    const now = { ...was, said, at_ms };
    if (kind === "answered") {
      const first = { telephone: "", via: "hq", at_ms: was.person?.at_ms ?? at_ms, ...(afterwards && { afterwards }) };
      Object.assign(now, { mode: word.mode, person: { ...first, person, operator, picture, sound, note } });
    } else if (kind === "unanswered") Object.assign(now, { mode: undefined, person: undefined });
    else {
      const late = afterwards || this.item.given_ms + at_ms > this.item.until_ms;
      Object.assign(now, { excused_ms: at_ms, excuse: word.excuse || null });
      now.excused_afterwards = kind === "excused" && late;
    }
    this.words.set(id, now);
  }

  /** Words of a record, each at so many milliseconds from the call. */
  tell(...words) {
    for (const [at_ms, id, word] of words) this.#keep(id, word, at_ms);
  }
}

export class RollCalls {
  /** What was asked, for GET /mock/calls. */
  asked = [];
  kept = new Kept();

  constructor(world, bare) {
    this.world = world;
    this.calls = [];
    const day = 86_400_000;
    const past = (days, order) => {
      const given_ms = Math.floor(EPOCH_MS / day) * day - days * day + 3_600_000;
      const call = new Call(
        world,
        given_ms,
        { title: "值班点名", operator: "陈建平", ...order },
        given_ms,
        given_ms + 782_000,
      );
      this.calls.push(call);
      return call;
    };
    if (bare) return;
    past(1, { depth: "ready", confirmed: true, places: ["3506", "3507"], basis: "省防指电话通知" });
    past(2, { depth: "present", places: ["35"] });
    this.#brokenOff(past(4, { title: "防台风点名", depth: "present", places: ["3505"], basis: "省防指电话通知" }));
    this.#corrected(past(5, { title: "全市点名", depth: "ready", confirmed: true, places: ["3509"] }));
    past(9, { title: "", depth: "present", places: ["3502"] });
  }

  /** Begun by mistake, and broken off after forty seconds, by whom and why. */
  #brokenOff(call) {
    call.ended_ms = call.item.given_ms + 40_000;
    call.closed = { by: "郑丽华", reason: "误发：台风改道，改到 20:00 点名", at_ms: call.ended_ms };
  }

  /** All answered; afterwards what had been recorded wrongly was put right, and it was signed anew. */
  #corrected(call) {
    const { given_ms, id } = call.item;
    call.complete(given_ms + 95_000);
    call.ended_ms = given_ms + 300_000;
    call.closed = { by: "陈建平", reason: "", at_ms: call.ended_ms };
    const [first, second, third] = call.entries().map(({ venue }) => venue.id);
    const operator = "陈建平";
    call.tell(
      [70_000, first, { mode: "telephone", person: "王海燕", picture: true, sound: true, operator }],
      [1_800_000, first, { unanswered: "记错会场", operator: "郑丽华" }],
      [80_000, second, { mode: "telephone", person: "李国强", picture: true, sound: null, operator }],
      [
        1_860_000,
        second,
        { mode: "telephone", person: "李国强", picture: true, sound: false, note: "回看录像无声", operator },
      ],
      [3_600_000, third, { excuse: "停电检修，次日补报", operator: "郑丽华" }],
    );
    this.kept.signed(id, "总体良好。", { by: "陈建平", at_ms: given_ms + 900_000, reason: null });
    this.kept.signed(id, "总体良好，一处无声。", {
      by: "郑丽华",
      at_ms: given_ms + 4_000_000,
      reason: "应答登记更正后重签",
    });
  }

  list(query) {
    const [kind, place] = [query.get("kind"), query.get("place") ?? ""];
    const [from, to] = [Number(query.get("from_ms") ?? 0), Number(query.get("to_ms") ?? Number.MAX_SAFE_INTEGER)];
    const here = (code) => code.startsWith(place) || place.startsWith(code);
    const items = this.calls
      .map((call) => ({ ...call.head(), ...this.kept.head(call.item.id) }))
      .filter((call) => (!kind || call.kind === kind) && call.places.some(here))
      .filter((call) => call.given_ms >= from && call.given_ms < to);
    return { now_ms: Date.now(), items, next: null, total: items.length };
  }

  find(id) {
    return this.calls.find((call) => call.item.id === Number(id));
  }

  /** Answers any request under `/roll-calls`: a status and a body. */
  serve(method, path, query, body) {
    const kept = this.kept.serve(method, path, body);
    if (kept) return kept;
    if (path === "/roll-calls/forecast") {
      const called = new Call(this.world, 0, body, 0).entries().length;
      const proof = { called, able: called, fits: PROVEN, slots: 3, rounds: 4, run_s: 40, why: null };
      const meant = { rooms: called, levels: [{ level: "village", rooms: called }], excused: 0, units: 0 };
      return [200, { meant, proof: body.depth === "proven" ? proof : null }];
    }
    const [, id, kind, whom, act] =
      path.match(/^\/roll-calls(?:\/(\d+))?(?:\/(venues|units)\/([\w-]+)|\/(end|found))?$/) ?? [];
    const venue = kind === "units" ? `unit:${whom}` : whom;
    if (method !== "GET") this.asked.push({ method, path, ...body });
    if (id === undefined) return method === "POST" ? this.begin(body) : [200, this.list(query)];
    const call = this.find(id);
    if (!call) return [404, null];
    if (method === "PUT") return [call.say(venue, body), null];
    if (act === "found") {
      const within = SPELT[(query.get("q") ?? "").replaceAll(" ", "").toLowerCase()];
      const codes = call.entries().flatMap(({ venue: { id } }) => (within && id.startsWith(within) ? [id] : []));
      return [200, { total: codes.length, codes }];
    }
    if (act === "end") {
      Object.assign(call, { ended_ms: Date.now(), closed: { reason: "", ...body, at_ms: Date.now() } });
      return [204, null];
    }
    const since = Number(query.get("epoch")) === EPOCH_MS && query.has("since") ? Number(query.get("since")) : null;
    const answer = call.answer(since);
    return [200, { ...answer, call: { ...answer.call, ...this.kept.head(call.item.id) } }];
  }

  begin(order) {
    const given_ms = Date.now();
    const call = new Call(this.world, given_ms, order, given_ms);
    this.calls.unshift(call);
    return [202, call.head()];
  }

  /** In the newest call everybody has answered. */
  complete() {
    this.calls[0]?.complete();
  }

  /** The newest call began so much earlier. */
  skip(ms) {
    const [{ item } = {}] = this.calls;
    if (!item) return;
    item.given_ms -= ms;
    item.until_ms -= ms;
  }
}
