// Responses of the authorities, approvals, warnings and venues that fail often, as the stand-in collector tells them.
const DAY = 86_400_000;
const LEVELS = ["i", "ii", "iii", "iv"];

const RULES = [
  { level: "i", check_every_s: 0, roll_calls_a_day: 12, depth: "present", extra_staff: 5 },
  { level: "ii", check_every_s: 300, roll_calls_a_day: 4, depth: "present", extra_staff: 3 },
  { level: "iii", check_every_s: 900, roll_calls_a_day: 2, depth: "present", extra_staff: 1 },
  { level: "iv", check_every_s: 1_800, roll_calls_a_day: 1, depth: "present", extra_staff: 0 },
];

/** What is signed off, by where it is asked for. */
export class Seals {
  all = new Map();

  serve(path, query, { by, reason }, at_ms) {
    const subject = `${path.replace(/\/(sign|editions)$/, "")} ${query.get("day") ?? ""}`;
    const editions = this.all.get(subject) ?? [];
    if (path.endsWith("/editions")) return [200, { items: editions }];
    if (editions.length > 0 && !reason) return [409, null];
    const edition = editions.length + 1;
    const said = { subject, title: subject, edition, by, at_ms, corrects: null, reason: reason ?? null };
    this.all.set(subject, [{ name: "5ea1".repeat(16), ...said }, ...editions]);
    return [200, this.all.get(subject)[0]];
  }
}

export class Assurance {
  seals = new Seals();

  /** What was asked, for GET /mock/assurance. */
  asked = [];

  constructor(world) {
    this.world = world;
    this.responses = [];
    this.approvals = [];
    this.levels = RULES;
    this.changes = [];
    this.staff = { levels: LEVELS.map((level) => ({ level, staff: [] })), changed_ms: null, changed_by: null };
    this.rule = { faults: 3, days: 90, failed_tests: 2, changed_ms: null, changed_by: null };
    if (process.env.AVOW_BARE === "1") return;
    const said = { authority: "省防汛抗旱指挥部", approver: "欧阳振华", person: "陈建平", note: "", to_ms: null };
    const now = Date.now();
    this.#start(
      { ...said, title: "防暴雨四级响应", hazard: "暴雨", level: "iv", document: "", places: ["3507"], freeze: false },
      now - 3 * DAY,
    );
  }

  #start({ title, hazard, level, authority, document, places, freeze, approver, person, note, to_ms }, now) {
    const { staff } = this.staff.levels.find((one) => one.level === level);
    const history = [{ at_ms: now, person, act: "started", level, places, to_ms, freeze, note, staff: staff.length }];
    const id = 700 + this.responses.length;
    const said = { title, hazard, level, authority, document, places, freeze, approver, staff };
    const response = { id, ...said, from_ms: now, to_ms, ended_ms: null, history };
    this.responses.push(response);
    return response;
  }

  #told(response) {
    const { level: _, ...rule } = this.levels.find((one) => one.level === response.level);
    const names = response.places.map((code) => this.world.places.get(code)?.name ?? code);
    const inside = (venue) => response.places.some((code) => code === "35" || venue.place.startsWith(code));
    const venues = [...this.world.venues.values()].filter(inside).length;
    const staff_missing = Math.max(0, rule.extra_staff - response.staff.length);
    const step = 24 / Math.max(1, rule.roll_calls_a_day);
    const times = Array.from({ length: rule.roll_calls_a_day }, (_, n) => (8 + n * step) % 24).sort((a, b) => a - b);
    const roll_calls = {
      schedule: response.id,
      times: times.map((hour) => `${String(hour).padStart(2, "0")}:00`),
      places: response.places,
      except: [],
      next_ms: response.ended_ms === null ? Date.now() + 3_600_000 : null,
      slots: [],
    };
    const state = response.ended_ms === null ? "on" : "ended";
    return { ...response, names, state, ...rule, venues, untold: 0, staff_missing, roll_calls };
  }

  /** A venue's answer with the response that it follows. */
  named(answer) {
    if (answer === null) return null;
    const covers = (one) => one.places.some((code) => code === "35" || answer.venue.place.startsWith(code));
    const on = this.responses.filter((one) => one.ended_ms === null && covers(one));
    on.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
    const [first] = on.map((one) => this.#told(one));
    if (!first) return { ...answer, response: null };
    const { id, title, level, check_every_s } = first;
    return { ...answer, response: { id, title, level, check_every_s, frozen: on.some((one) => one.freeze) } };
  }

  #answer(now) {
    const responses = this.responses.map((one) => this.#told(one));
    const on = responses.filter((one) => one.state === "on");
    const highest = (all) => LEVELS.find((level) => all.some((one) => one.level === level)) ?? null;
    const codes = [...new Set(on.flatMap((one) => one.places))];
    const places = codes.map((place) => {
      const of = on.filter((one) => one.places.some((code) => place.startsWith(code)));
      const name = this.world.places.get(place)?.name ?? place;
      return { place, name, level: highest(of), response: of[0].id, freeze: of.some((one) => one.freeze) };
    });
    const { approvals, levels } = this;
    return { now_ms: now, responses, rules: { levels }, in_force: highest(on), places, approvals };
  }

  /** Answers any request under `/assurance`: a status and a body. */
  #serve(method, path, query, body, now) {
    if (path.includes("/report/")) return this.seals.serve(path, query, body, now);
    const [, what, word] = path.match(/^\/assurance(?:\/(\w+))?(?:\/(\w+))?(?:\/revoke)?$/) ?? [];
    if (what === "rules") {
      if (method === "PUT") {
        const parts = body.levels.flatMap((is, at) =>
          Object.keys(is)
            .filter((name) => is[name] !== this.levels[at][name])
            .map((name) => ({ name: `${is.level}.${name}`, was: `${this.levels[at][name]}`, is: `${is[name]}` })),
        );
        if (parts.length > 0) this.changes.unshift({ at_ms: now, person: body.person, kind: "levels", parts });
        this.levels = body.levels;
      }
      return [200, { levels: this.levels }];
    }
    if (what === "staff") {
      if (method === "PUT") this.staff = { levels: body.levels, changed_ms: now, changed_by: body.person };
      return [200, this.staff];
    }
    if (what === "approvals" && word !== undefined) {
      const approval = this.approvals.find((one) => one.id === Number(word));
      Object.assign(approval, { revoked_ms: now, revoked_by: body.person, on: false });
      return [200, approval];
    }
    if (what === "approvals") {
      const name = this.world.venues.get(body.subject)?.name ?? this.world.places.get(body.subject)?.name;
      if (name === undefined) return [404, null];
      const open = { given_ms: now, revoked_ms: null, revoked_by: null, on: true };
      const approval = { id: 1 + this.approvals.length, name, ...open, ...body };
      this.approvals.push(approval);
      return [200, approval];
    }
    if (what === undefined)
      return method === "POST" ? [200, this.#told(this.#start(body, now))] : [200, this.#answer(now)];
    const response = this.responses.find((one) => one.id === Number(what));
    if (!response) return [404, null];
    if (response.ended_ms !== null) return [409, null];
    const { person, note, open_end: _, ...change } = body;
    if (word === "end") response.ended_ms = now;
    else Object.assign(response, change);
    const { level, places } = response;
    response.history.push({
      at_ms: now,
      person,
      note,
      act: word === "end" ? "ended" : "adjusted",
      level,
      places,
      to_ms: response.to_ms,
      freeze: response.freeze,
      staff: response.staff.length,
    });
    return [200, this.#told(response)];
  }

  #warnings(query, now) {
    const venues = [...this.world.venues.values()].filter((one) => one.level === "county").slice(0, 34);
    const kinds = [
      ["ups", "不间断电源", "charge", "%", 60, "min", -0.4, 78],
      ["line", "专线", "loss", "%", 1, "max", 0.03, 0.4],
      ["host", "会场主机", "temperature", "°C", 75, "max", 0.8, 61],
    ];
    const all = venues.map((venue, n) => {
      const [probe, probe_name, value, unit, limit, limit_kind, slope_per_day, start] = kinds[n % 3];
      const days_left = 3 + n * 1.7;
      const last = limit - slope_per_day * days_left;
      const series = Array.from({ length: 40 }, (_, at) => {
        const days = 39 - at;
        return [now - days * DAY, last - slope_per_day * days + Math.sin(at * 1.7) * Math.abs(start - limit) * 0.03];
      });
      return {
        venue: venue.id,
        name: venue.name,
        place: venue.place_name,
        probe,
        probe_name,
        value,
        unit,
        limit,
        limit_kind,
        fails: false,
        now: last,
        slope_per_day,
        crosses_ms: now + days_left * DAY,
        days_left,
        points: 960,
        confidence: 0.95 - (n % 4) * 0.12,
        series,
      };
    });
    const found = all.filter((one) => one.venue.startsWith(query.get("place") ?? ""));
    const computed_ms = now - 12 * 60_000;
    return {
      now_ms: now,
      computed_ms,
      since_ms: now - 61 * DAY,
      total: found.length,
      left_out: 0,
      items: found.slice(0, 100),
    };
  }

  #backups(query, now) {
    const states = ["overdue", "never", "failing"];
    const within = (venue) => venue.place.startsWith(query.get("place") ?? "") && states.includes(venue.backup_state);
    const found = [...this.world.venues.values()].filter(within);
    const offset = Number(query.get("offset") ?? 0);
    const items = found.slice(offset, offset + 100).map((venue) => ({
      venue: venue.id,
      name: venue.name,
      place: venue.place_name,
      kind: "line",
      title: "备用专线",
      state: venue.backup_state,
      last_proven_ms: venue.backup_proven_ms,
      due_ms: null,
    }));
    return { now_ms: now, total: found.length, items };
  }

  #frequent(query, now) {
    const found = [...this.world.venues.values()]
      .filter((venue) => venue.class === "fail" && venue.place.startsWith(query.get("place") ?? ""))
      .map((venue, n) => ({
        venue: venue.id,
        name: venue.name,
        place: venue.place_name,
        faults: 12 - (n % 9),
        failed_tests: n % 3,
        tests: Array.from({ length: n % 3 }, (_, at) => at + 1),
        last_ms: venue.since_ms,
        began: Array.from({ length: 12 - (n % 9) }, (_, at) => venue.since_ms - (12 - at) * 5 * DAY),
      }))
      .sort((a, b) => b.faults - a.faults);
    const { faults, days, failed_tests } = this.rule;
    const rule = { faults, days, failed_tests };
    return {
      now_ms: now,
      rule,
      computed_ms: now,
      since_ms: now - 61 * DAY,
      total: found.length,
      items: found.slice(0, 100),
    };
  }

  /** Answers any request of this file: a status and a body. */
  serve(method, path, query, body) {
    const now = Date.now();
    if (method !== "GET") this.asked.push({ method, path, ...body });
    if (path === "/warnings") return [200, this.#warnings(query, now)];
    if (path === "/warnings/backups") return [200, this.#backups(query, now)];
    if (path === "/frequent/rule") {
      const { person, ...rule } = body;
      if (method === "PUT") {
        const parts = Object.keys(rule)
          .filter((name) => rule[name] !== this.rule[name])
          .map((name) => ({ name, was: `${this.rule[name]}`, is: `${rule[name]}` }));
        if (parts.length > 0) this.changes.unshift({ at_ms: now, person, kind: "frequent", parts });
        this.rule = { ...rule, changed_ms: now, changed_by: person };
      }
      return [200, this.rule];
    }
    if (path === "/rules/changes") {
      const items = this.changes.filter((one) => one.kind === query.get("kind"));
      return [200, { now_ms: now, total: items.length, items }];
    }
    if (path === "/frequent") return [200, this.#frequent(query, now)];
    return this.#serve(method, path, query, body, now);
  }
}
