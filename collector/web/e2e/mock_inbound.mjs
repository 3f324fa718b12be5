// Calls to us, as the stand-in collector tells them. What each check finds follows from the room's code and the time alone:
// a room whose code ends in -01 is whole, one in -02 has a dead line and a backup that works, any other has no box.
const DAY = 86_400_000;

const STEPS = [
  { need: "line", name: "应急指挥专线", ms: 2_100, about_ms: 3_000 },
  { need: "preset", name: "发言席全景", ms: 5_600, about_ms: 12_000 },
  { need: "microphone", name: "主席台话筒", ms: 4_200, about_ms: 8_000 },
  { need: "picture", name: "会场图像", after: 5_600, ms: 3_900, about_ms: 6_000 },
  { need: "line", backup: true, name: "政务外网", ms: 3_300, about_ms: 3_000 },
  { need: null, backup: true, name: "UPS", ms: 1_200, about_ms: 2_000 },
];

class Inbound {
  constructor(world, id, order, received_ms) {
    Object.assign(this, { world, id, order, received_ms, words: new Map(), began: new Map() });
    Object.assign(this, { answer: null, end: null, dropped: null });
  }

  now() {
    return (this.end?.at_ms ?? Date.now()) - this.received_ms;
  }

  step(step, at, now) {
    const word = this.words.get(at);
    const told = {
      step: at,
      backup: false,
      probe: `probe-${at}`,
      ...step,
      began_ms: null,
      ended_ms: null,
      took_ms: null,
    };
    Object.assign(told, { state: "waiting", finding: null, why: null, detail: null, unasked: null, person: null });
    const began_ms = this.began.get(at) ?? step.after ?? 0;
    delete told.ms;
    delete told.after;
    if (word) return { ...told, state: word.works ? "works" : "broken", ended_ms: word.at_ms, person: word.person };
    if (now < began_ms) return told;
    if (now < began_ms + step.ms) return { ...told, state: "running", began_ms };
    const over = { ...told, state: "pass", began_ms, ended_ms: began_ms + step.ms, took_ms: step.ms };
    const dead = this.order.venue.endsWith("-02") && at === 0;
    return dead ? { ...over, state: "fail", finding: "line.down" } : over;
  }

  steps(now = this.now()) {
    if (!/-0[12]$/.test(this.order.venue)) return [];
    return STEPS.map((step, at) => this.step(step, at, now));
  }

  readiness(now = this.now()) {
    const steps = this.steps(now);
    const good = (one) => ["pass", "degraded", "works"].includes(one.state);
    const open = steps
      .filter((one) => !one.backup && ["waiting", "running"].includes(one.state))
      .map((one) => one.need);
    const stand_in = (need) => steps.find((one) => one.backup && one.need === need && good(one));
    const bad = steps.filter((one) => !one.backup && one.state !== "waiting" && one.state !== "running" && !good(one));
    const faults = bad.map((one) => ({
      step: one.step,
      need: one.need,
      remedy: stand_in(one.need) ? "use-backup" : one.finding ? "finding" : "look",
      backup: stand_in(one.need)?.step ?? null,
      finding: one.finding,
      unasked: null,
    }));
    const whole = steps.length > 0 && open.every(stand_in) && bad.every((one) => stand_in(one.need));
    return { open, faults, ready: whole ? (open.length + bad.length > 0 ? "backup" : "main") : null };
  }

  first() {
    for (let now = 0; now <= Math.min(this.now(), 60_000); now += 100) {
      const { ready } = this.readiness(now);
      if (ready) return { first_ready_ms: now, first_ready: ready };
    }
    return { first_ready_ms: null, first_ready: null };
  }

  item() {
    const venue = this.world.venues.get(this.order.venue);
    const until_ms = this.received_ms + (this.order.deadline_s ?? 180) * 1_000;
    const overdue = !this.answer && this.now() > until_ms - this.received_ms;
    return {
      id: this.id,
      revision: 1,
      name: venue?.name ?? `${this.world.places.get(this.order.venue.split("-")[0])?.name ?? ""}第二会场`,
      unit: venue?.unit ?? "",
      kind: "duty",
      basis: "",
      operator: "",
      confirmed: true,
      ...this.order,
      received_ms: this.received_ms,
      until_ms,
      left_ms: Math.max(0, until_ms - Date.now()),
      overdue,
      state: this.end?.state ?? "open",
      ended_ms: this.end?.at_ms ?? null,
      edition: 0,
      signed_by: null,
      ready: this.readiness().ready,
      ...this.first(),
      answer: this.answer,
      dropped_by: this.dropped?.person ?? null,
      dropped_why: this.dropped?.reason ?? null,
    };
  }

  told() {
    const { open, faults } = this.readiness();
    const box = /-0[12]$/.test(this.order.venue) ? "connected" : "no-box";
    return { now_ms: Date.now(), call: this.item(), box, steps: this.steps(), open, unchecked: [], faults };
  }

  say({ word, ...said }) {
    if (this.end) return 409;
    const at_ms = this.now();
    if (word === "step") this.words.set(said.step, { ...said, at_ms });
    if (word === "again") {
      this.words.delete(said.step);
      this.began.set(said.step, at_ms);
    }
    if (word === "answered") {
      if (this.answer && this.answer.how !== "auto") return 409;
      this.answer = { person: "", ...said, after_ms: at_ms, ready: this.readiness().ready };
    }
    if (word === "close") {
      const late = this.answer && this.answer.after_ms > 180_000;
      this.end = { at_ms: Date.now(), state: !this.answer ? "missed" : late ? "late" : "on-time" };
    }
    if (word === "drop") {
      this.dropped = said;
      this.end = { at_ms: Date.now(), state: "dropped" };
    }
    return 200;
  }
}

export class Inbounds {
  /** What was asked, for GET /mock/inbound. */
  asked = [];

  constructor(world, bare) {
    this.world = world;
    this.calls = [];
    if (bare) return;
    const past = (days, venue, how, after_ms) => {
      const received_ms = Date.now() - days * DAY;
      const call = new Inbound(world, received_ms, { venue, caller: "应急管理部", operator: "陈建平" }, received_ms);
      if (how) call.answer = { how, person: "林秀英", after_ms, ready: "main" };
      const state = !how ? "missed" : after_ms > 180_000 ? "late" : "on-time";
      call.end = { at_ms: received_ms + 300_000, state };
      this.calls.push(call);
    };
    past(1, "35-01", "person", 41_000);
    past(3, "35-01", "telephone", 205_000);
    past(8, "3501-01", null, 0);
  }

  /** Answers any request under `/inbound`: a status and a body. */
  serve(method, path, query, body) {
    const [, id, words] = path.match(/^\/inbound(?:\/(\w+))?(\/words)?$/) ?? [];
    if (method === "POST") this.asked.push({ path, ...body });
    if (id === undefined && method === "POST") {
      const received_ms = Date.now();
      const { key: _, ...order } = body;
      const same = ({ order: known, answer, end }) =>
        !end && !answer && known.venue === order.venue && known.caller === order.caller && known.kind === order.kind;
      const known = this.calls.find(same);
      if (known) return [200, known.told()];
      this.calls.unshift(new Inbound(this.world, received_ms, order, received_ms));
      return [202, this.calls[0].told()];
    }
    if (id === undefined) {
      const open = query.get("open");
      const found = this.calls.filter((call) => open === null || (open === "true") === (call.end === null));
      const offset = Number(query.get("offset") ?? 0);
      const items = found.slice(offset, offset + Number(query.get("limit") ?? 100)).map((call) => call.item());
      return [200, { now_ms: Date.now(), total: found.length, items }];
    }
    if (id === "summary") return [200, this.summary()];
    const call = this.calls.find((one) => one.id === Number(id));
    if (!call) return [404, null];
    if (!words) return [200, call.told()];
    const status = call.say(body);
    return [status, status === 200 ? call.told() : null];
  }

  summary() {
    const over = this.calls.filter((call) => call.end);
    const on_time = over.filter((call) => call.end.state === "on-time").length;
    const rate = over.length > 0 ? on_time / over.length : null;
    const figures = {
      count: this.calls.length,
      open: this.calls.length - over.length,
      dropped: 0,
      counted: over.length,
    };
    const ready = { ready_in_time: over.length, ready_by_backup: 0, ready_rate: 1, median_ready_ms: 9_500 };
    return {
      from_ms: 0,
      to_ms: Date.now(),
      ...figures,
      ...ready,
      answered_in_time: on_time,
      rate,
      missed: 1,
      median_answer_ms: 41_000,
    };
  }

  /** The newest call began so much earlier. */
  skip(ms) {
    if (this.calls[0]) this.calls[0].received_ms -= ms;
  }
}
