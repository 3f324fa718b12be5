// What has to be put right, as the stand-in collector tells it.
const DAY = 86_400_000;

const NEXT = { opened: "open", reopened: "open", fixed: "fixed", closed: "closed" };
const PROBLEMS = ["主摄像机预置位偏移", "专线丢包超限", "备用话筒电量不足", "线缆标签缺失", "会议终端不能自动应答"];

export class Rectification {
  /** What was asked, for GET /mock/rectification. */
  asked = [];

  constructor(world) {
    this.world = world;
    this.matters = new Map();
    const now = Date.now();
    const venues = [...world.venues.values()].filter((venue) => venue.level === "township").slice(0, 260);
    venues.forEach((venue, n) => {
      const opened_ms = now - (40 - (n % 37)) * DAY;
      const task = { advice: "更换后复测", unit: venue.unit, due_ms: opened_ms + (15 + (n % 30)) * DAY };
      const origin = n % 3 === 0 ? { kind: "inspection", id: 20 } : { kind: "hand", id: null };
      const matter = { id: 1000 + n, subject: venue.id, origin, item: "", problem: PROBLEMS[n % 5], history: [] };
      const step = (step, some = {}) =>
        this.#append(matter, opened_ms + matter.history.length * DAY, { step, ...some });
      step("opened", task);
      if (n % 4 > 0) step("fixed");
      if (n % 4 > 1) step("retested", { passed: true, proof: { kind: "hand", id: null }, tested_ms: opened_ms });
      if (n % 4 > 2) step("closed");
      this.matters.set(matter.id, matter);
    });
  }

  #append(matter, at_ms, some) {
    const none = { note: "", advice: null, unit: null, due_ms: null, passed: null, proof: null, tested_ms: null };
    matter.history.push({ person: "王五", ...none, ...some, at_ms });
  }

  #item({ id, subject, origin, item, problem, history }, now) {
    const venue = this.world.venues.get(subject);
    const task = history.findLast((step) => step.due_ms !== null);
    const last = history.findLast((step) => step.step !== "changed");
    const state = last.step === "retested" ? (last.passed ? "passed" : "open") : NEXT[last.step];
    return {
      id,
      subject,
      name: venue?.name ?? subject,
      place: venue?.place_name ?? null,
      origin,
      item,
      problem,
      advice: task.advice ?? "",
      unit: task.unit,
      due_ms: task.due_ms,
      state,
      overdue: state !== "closed" && task.due_ms < now,
      opened_ms: history[0].at_ms,
      opened_by: history[0].person,
      touched_ms: history.at(-1).at_ms,
      steps: history.length,
    };
  }

  list(query, now) {
    const wish = (name) => query.get(name) ?? "";
    const all = [...this.matters.values()].map((matter) => this.#item(matter, now));
    const within = all.filter((item) => item.subject.startsWith(wish("place")));
    const fits = (item) =>
      (wish("state") === "" || item.state === wish("state")) &&
      (wish("overdue") === "" || String(item.overdue) === wish("overdue")) &&
      (wish("unit") === "" || item.unit === wish("unit")) &&
      `${item.name} ${item.subject} ${item.problem} ${item.unit}`.includes(wish("q"));
    const closed = (item) => (item.state === "closed" ? 1 : 0);
    const found = within.filter(fits).sort((a, b) => closed(a) - closed(b) || a.due_ms - b.due_ms);
    const sums = { open: 0, fixed: 0, passed: 0, closed: 0, overdue: 0 };
    const units = new Map();
    for (const item of within) {
      sums[item.state]++;
      if (item.overdue) sums.overdue++;
      if (item.state === "closed") continue;
      const unit = units.get(item.unit) ?? { unit: item.unit, open: 0, overdue: 0 };
      unit.open++;
      if (item.overdue) unit.overdue++;
      units.set(item.unit, unit);
    }
    const offset = Number(query.get("offset") ?? 0);
    const items = found.slice(offset, offset + Number(query.get("limit") ?? 100));
    return { now_ms: now, sums, units: [...units.values()].slice(0, 200), total: found.length, items };
  }

  #answer(matter, now) {
    return [200, { now_ms: now, item: this.#item(matter, now), history: matter.history }];
  }

  /** Answers any request under `/rectifications`: a status and a body. */
  serve(method, path, query, body) {
    const now = Date.now();
    if (method !== "GET") this.asked.push({ method, path, ...body });
    const [, id, steps] = path.match(/^\/rectifications(?:\/(\w+))?(?:\/(steps))?$/) ?? [];
    if (id === undefined && method === "GET") return [200, this.list(query, now)];
    if (id === "from") return [200, { opened: [1, 2, 3], known: [4] }];
    if (id === undefined) {
      const { subject, origin, item, problem, person, ...task } = body;
      const matter = { id: 2_000 + this.matters.size, subject, origin, item, problem, history: [] };
      this.#append(matter, now, { step: "opened", person, ...task });
      this.matters.set(matter.id, matter);
      return this.#answer(matter, now);
    }
    const matter = this.matters.get(Number(id));
    if (!matter) return [404, null];
    if (steps) this.#append(matter, now, body);
    return this.#answer(matter, now);
  }
}
