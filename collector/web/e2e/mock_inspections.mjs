// Inspections as the stand-in collector tells them: plans, one run under way, runs that ended, the days of a month.
import { BUILT_IN, PLANS } from "./mock_plans.mjs";
import { china, Run } from "./mock_run.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOUR_8 = 8 * HOUR;
const midnight = (at) => Math.floor((at + HOUR_8) / DAY) * DAY - HOUR_8;
const page = (query, all) => {
  const offset = Number(query.get("offset") ?? 0);
  return { total: all.length, items: all.slice(offset, offset + Number(query.get("limit") ?? 100)) };
};

export class Inspections {
  /** What was asked, for GET /mock/inspections. */
  asked = [];

  /** Whose groups a plan may follow. */
  kept = { groups: [] };

  constructor(world) {
    this.world = world;
    this.runs = [];
    const now = Date.now();
    this.plans = PLANS.map((plan, at) => ({ id: at + 1, plan, created_ms: now - 60 * DAY, updated_ms: now - 9 * DAY }));
    this.templates = BUILT_IN;
    this.days = { source: "", off: [], work: [] };
    const today = midnight(now);
    let id = 0;
    const add = (run) => this.runs.unshift(new Run(world, { id: ++id, places: ["35"], venues: 1_200, ...run }));
    for (let day = 20; day > 0; day--) {
      const given_ms = today - day * DAY + 2 * HOUR;
      add({ plan: 1, title: "每日巡检", kind: "daily", given_ms, pace_ms: 2_000, seed: day % 3 });
      const monthly = { plan: 2, title: "省市县月度联调", kind: "monthly", pace_ms: 9_000, venues: 97 };
      if (day % 9 === 2) add({ ...monthly, given_ms: given_ms + 7 * HOUR });
    }
    add({ plan: 1, title: "每日巡检", kind: "daily", given_ms: now - 21 * 60_000, pace_ms: 2_000, seed: 1 });
  }

  /** The last of the plan that had ended before. */
  before(run) {
    const { plan, given_ms } = run.item;
    if (plan === null) return null;
    return this.runs.find((one) => one.item.plan === plan && one.item.given_ms < given_ms) ?? null;
  }

  calendar(query) {
    const now_ms = Date.now();
    const today = china(now_ms);
    const month = query.get("month") ?? today.slice(0, 7);
    const days = [];
    for (let at = Date.parse(`${month}-01T00:00:00Z`); new Date(at).toISOString().startsWith(month); at += DAY) {
      const date = new Date(at).toISOString().slice(0, 10);
      const weekday = ((new Date(at).getUTCDay() + 6) % 7) + 1;
      const kind = this.days.off.includes(date)
        ? "holiday"
        : this.days.work.includes(date)
          ? "makeup"
          : weekday > 5
            ? "weekend"
            : "work";
      const runs = this.runs.map((run) => run.head(now_ms)).filter((run) => china(run.given_ms) === date);
      const short = runs.map(({ id, title, work, plan, state, given_ms, rate, tally }) => {
        const { venues, abnormal, untested, unfilled, incomplete } = tally;
        return {
          id,
          title,
          kind: work.kind,
          plan,
          state,
          given_ms,
          rate,
          venues,
          abnormal,
          untested,
          unfilled,
          incomplete,
        };
      });
      const begin = at - HOUR_8;
      const due =
        date > today ? [{ plan: 1, title: "每日巡检", kind: "daily", at_ms: begin + 2 * HOUR, reason: null }] : [];
      if (date > today && date.endsWith("-30"))
        due.push({ plan: 2, title: "省市县月度联调", kind: "monthly", at_ms: begin + 9 * HOUR, reason: null });
      const missed =
        date === china(now_ms - 5 * DAY)
          ? [{ plan: 3, title: "会前一天检查", kind: "before", at_ms: begin + 15 * HOUR, reason: "full" }]
          : [];
      days.push({ date, weekday, kind, runs: short, due, missed });
    }
    return { month, today, days };
  }

  list(query) {
    const now_ms = Date.now();
    const to_ms = Number(query.get("to_ms") ?? Number.POSITIVE_INFINITY);
    const open = (run) => !query.has("open") || (query.get("open") === "true") === (run.state !== "ended");
    const wanted = (run) => open(run) && run.given_ms < to_ms;
    return { now_ms, ...page(query, this.runs.map((run) => run.head(now_ms)).filter(wanted)) };
  }

  planned() {
    const now_ms = Date.now();
    const next = ({ plan }) => (plan.enabled && plan.when !== "by-hand" ? midnight(now_ms) + DAY + 2 * HOUR : null);
    const last = ({ id }) => this.runs.find((run) => run.item.plan === id)?.item.id ?? null;
    const missed = ({ id }) => (id === 4 ? [{ at_ms: now_ms - 5 * DAY, reason: "no-unit", code: "em-350102" }] : []);
    const follows = ({ plan }) => {
      const group = this.kept.groups.find((one) => one.id === plan.group);
      if (plan.group === null) return null;
      return { id: plan.group, name: group?.name ?? "重点会场", venues: group ? group.venues.length : null };
    };
    const times = (one) => ({ next_ms: next(one), last_run: last(one), missed: missed(one) });
    const items = this.plans.map((one) => ({ ...one, follows: follows(one), ...times(one) }));
    return { now_ms, items };
  }

  keep(id, plan) {
    const now = Date.now();
    if (plan.title === "") return [400, null];
    const was = this.plans.find((one) => one.id === id);
    if (id !== null && !was) return [404, null];
    const kept = was ?? { id: this.plans.length + 1, created_ms: now };
    if (!was) this.plans.push(kept);
    Object.assign(kept, { plan, updated_ms: now });
    return [200, this.planned().items.find((one) => one.id === kept.id)];
  }

  begin(order) {
    const plan = this.plans.find((one) => one.id === order.plan);
    const { title, work } = plan?.plan ?? order;
    const run = new Run(this.world, {
      id: this.runs.length + 1,
      plan: plan?.id ?? null,
      title,
      kind: work.kind,
      operator: order.operator,
      given_ms: Date.now(),
      pace_ms: 2_000,
      places: work.places,
      venues: 1_200,
    });
    this.runs.unshift(run);
    return [202, run.head(Date.now())];
  }

  /** Answers any request under `/inspections`: a status and a body. */
  serve(method, path, query, body) {
    if (method !== "GET") this.asked.push({ method, path, ...body });
    const [, what, id, of, venue, word] =
      path.match(/^\/inspections\/(\w+)(?:\/(\d+))?(?:\/(\w+))?(?:\/([\w-]+))?(?:\/(\w+))?$/) ?? [];
    if (what === "calendar") return [200, this.calendar(query)];
    if (what === "templates") {
      if (method === "PUT") this.templates = body.items;
      if (method === "DELETE") this.templates = BUILT_IN;
      return method === "DELETE" ? [204, null] : [200, { items: this.templates }];
    }
    if (what === "days") {
      if (method === "PUT") this.days = body;
      return [200, { year: Number(id), known: this.days.off.length > 0, days: this.days }];
    }
    if (what === "forecast") {
      const rooms = 1_200;
      return [200, { rooms, levels: [{ level: "village", rooms }], excused: 0, units: 0 }];
    }
    if (what === "plans" && method === "GET") return [200, this.planned()];
    if (what === "plans" && method === "DELETE") {
      this.plans = this.plans.filter((plan) => plan.id !== Number(id));
      return [204, null];
    }
    if (what === "plans") return this.keep(id === undefined ? null : Number(id), body);
    if (what !== "runs") return [404, null];
    if (id === undefined) return method === "POST" ? this.begin(body) : [200, this.list(query)];
    const run = this.runs.find((one) => one.item.id === Number(id));
    if (!run) return [404, null];
    const now = Date.now();
    if (of === undefined) return [200, run.answer(now, this.before(run))];
    if (of === "compare") {
      const other = this.runs.find((one) => one.item.id === Number(query.get("with"))) ?? this.before(run);
      return other ? [200, run.compare(now, other, query)] : [404, null];
    }
    if (of === "sign") return run.sign(body, now);
    if (of === "editions") return [200, { items: run.editions }];
    if (of === "review") {
      const wish = { level: query.get("level"), place: query.get("place") };
      return method === "POST" ? run.lying(body, body.person, now) : run.lying(wish, undefined, now);
    }
    if (of === "links") return method === "POST" ? [200, run.links(body, now)] : [200, run.sending(query)];
    if (of === "deeds") return run.deed(body, now);
    if (venue === undefined) return [200, run.venues(now, query)];
    if (word === "link") return [200, { id: "0123456789abcdef", path: "/p/ab12", until_ms: now + 604_800_000 }];
    return run.record(now, venue, word, body);
  }
}
