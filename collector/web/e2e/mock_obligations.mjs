// Who owes joint tests, as the stand-in collector tells it: each county once a month, each venue once a year, and what is over
// is nobody's fault until the rules name a month.
const HOUR_8 = 8 * 3_600_000;
const UNTESTED = Object.fromEntries(
  [
    "picture_out",
    "sound_out",
    "picture_in",
    "sound_in",
    "aux_out",
    "aux_in",
    "presets",
    "speaker",
    "backup_near",
    "backup_far",
  ].map((point) => [point, "untested"]),
);
const FORM = {
  system: "",
  network: "应急指挥信息网",
  joined_ms: null,
  problem: "",
  handling: "",
  conclusion: "normal",
};
const start = (year, month) => Date.UTC(year, month - 1, 1) - HOUR_8;

export class Obligations {
  #tests = [];
  #rules = { county_months: 1, venue_months: 12, since: null };
  /** What was asked, in the order of asking. */
  asked = [];

  constructor(world) {
    this.world = world;
  }

  get rules() {
    return this.#rules;
  }

  put(rules) {
    this.asked.push({ rules });
    this.#rules = rules;
    return rules;
  }

  #name(subject) {
    const venue = this.world.venues.get(subject);
    return (
      venue?.name ??
      this.world
        .path(subject)
        .slice(1)
        .map((place) => place.name)
        .join(" ")
    );
  }

  #told(test) {
    const counts = test.near !== null && test.far !== null && test.withdrawn === null;
    return { ...test, name: this.#name(test.subject), counts, edition: test.earlier.length + 1 };
  }

  /** Of a run: the run says when it was and what was seen. */
  add({ subject, kind, at_ms, note = "", near = null, far = null, sheet = null, run = null }) {
    if (run !== null) {
      at_ms = Date.now();
      sheet = {
        ...FORM,
        marks: { ...UNTESTED, picture_out: "normal", sound_out: "normal", picture_in: "normal", sound_in: "normal" },
      };
      note = `会场互测 ${run}`;
    }
    this.asked.push({ add: subject });
    const now = Date.now();
    const end = (who) => who && { ...who, at_ms: now, by_link: false };
    const test = {
      id: now + this.#tests.length,
      subject,
      kind,
      at_ms,
      note,
      near: end(near),
      far: end(far),
      withdrawn: null,
      sheet,
      run,
      changed: null,
      correction: null,
      earlier: [],
    };
    this.#tests.push(test);
    return this.#told(test);
  }

  /** Null when one person would be at both ends. */
  confirm(id, { end, person, telephone }) {
    this.asked.push({ confirm: end, person });
    const test = this.#tests.find((one) => one.id === id);
    const of = test.correction ?? test;
    const other = of[end === "near" ? "far" : "near"];
    if (other?.person === person) return null;
    of[end] = { person, telephone, at_ms: Date.now() };
    if (test.correction?.near && test.correction.far) this.#replace(test);
    return this.#told(test);
  }

  #replace(test) {
    const { kind, at_ms, note, sheet, near, far, changed } = test;
    const was = {
      edition: test.earlier.length + 1,
      kind,
      at_ms,
      note,
      sheet,
      near,
      far,
      changed,
      until_ms: Date.now(),
    };
    const { edition: _, until_ms: __, ...next } = test.correction;
    Object.assign(test, next, { correction: null, earlier: [...test.earlier, was] });
  }

  /** Null without a reason for what both ends confirmed. */
  correct(id, { person, reason, end, telephone, ...said }) {
    this.asked.push({ correct: id, person, reason });
    const test = this.#tests.find((one) => one.id === id);
    const now = Date.now();
    const ends = { near: null, far: null, ...(end && { [end]: { person, telephone, at_ms: now, by_link: false } }) };
    const next = { kind: said.kind, at_ms: said.at_ms, note: said.note, sheet: said.sheet ?? test.sheet };
    const changed = { person, reason: reason ?? "", at_ms: now };
    if (test.near === null || test.far === null) Object.assign(test, next, ends, { changed });
    else if (!reason) return null;
    else test.correction = { ...next, ...ends, changed, edition: test.earlier.length + 2, until_ms: null };
    return this.#told(test);
  }

  /** What a run of two venues proposed. */
  proposed(run) {
    const own = this.#tests.filter((test) => test.run === run);
    return own.map((test) => ({ id: test.id, subject: test.subject, counts: this.#told(test).counts }));
  }

  list(query) {
    const [from, to] = [Number(query.get("from_ms")), Number(query.get("to_ms"))];
    const of = (test) => test.subject === query.get("subject") && test.at_ms >= from && test.at_ms < to;
    const items = this.#tests.filter(of).map((test) => this.#told(test));
    return { now_ms: Date.now(), total: items.length, items };
  }

  board(query) {
    const now_ms = Date.now();
    const of = query.get("of");
    const year = Number(query.get("year") ?? new Date(now_ms + HOUR_8).getUTCFullYear());
    const every = of === "county" ? this.#rules.county_months : this.#rules.venue_months;
    const scope = query.get("place") ?? "35";
    const periods =
      every === null ? [] : Array.from({ length: 12 / every }, (_, n) => period(year, n * every + 1, every));
    const counties = [...this.world.places.values()]
      .filter((place) => place.level === "county")
      .map((place) => place.code);
    const all = (of === "county" ? counties : [...this.world.venues.keys()]).filter((code) => code.startsWith(scope));
    const rows = periods.length === 0 ? [] : all.map((subject) => this.#row(subject, periods, now_ms));
    const sums = periods.map((_, at) => summed(rows.map((row) => row.cells[at])));
    const [q, state] = [query.get("q") ?? "", query.get("state")];
    const named = (row) => q === "" || `${row.subject} ${this.#name(row.subject)}`.includes(q);
    const found = rows.filter((row) => named(row) && (!state || row.cells.some((one) => one.state === state)));
    const offset = Number(query.get("offset") ?? 0);
    const items = found.slice(offset, offset + Number(query.get("limit") ?? 100)).map((row) => this.#named(row));
    const since = this.#rules.since;
    const cities = this.#cities(rows, periods);
    return { now_ms, of, year, every, since, periods, sums, cities, owing: rows.length, total: found.length, items };
  }

  #cities(rows, periods) {
    const by = new Map();
    for (const row of rows) {
      const place = row.subject.slice(0, 4).split("-")[0];
      if (!by.has(place)) by.set(place, []);
      by.get(place).push(row);
    }
    return [...by].sort().map(([place, own]) => {
      const sums = periods.map((_, at) => summed(own.map((row) => row.cells[at])));
      return { place, name: this.world.places.get(place)?.name ?? place, owing: own.length, sums };
    });
  }

  #row(subject, periods, now_ms) {
    const since_ms = this.#rules.since ? start(...this.#rules.since.split("-").map(Number)) : Number.POSITIVE_INFINITY;
    const cells = periods.map((period) => {
      const within = (test) => test.subject === subject && test.at_ms >= period.from_ms && test.at_ms < period.to_ms;
      const tests = this.#tests.filter(within).map((test) => this.#told(test));
      const counted = tests.filter((test) => test.counts);
      const shown = counted.at(-1) ?? tests.at(-1);
      const over = period.to_ms <= now_ms;
      const open = over ? (since_ms < period.to_ms ? "overdue" : "free") : period.from_ms > now_ms ? "ahead" : "owed";
      const state = counted.length > 0 ? "done" : open;
      const half = counted.length === 0 && tests.length > 0;
      return { state, test: shown?.id ?? null, at_ms: shown?.at_ms ?? null, count: counted.length, half };
    });
    return { subject, excused: null, cells };
  }

  #named(row) {
    const place = row.subject.includes("-") ? this.#name(row.subject.split("-")[0]) : null;
    const network = place === null ? null : "应急指挥信息网";
    return { ...row, name: this.#name(row.subject), place, network };
  }
}

function period(year, month, months) {
  const first = `${year}-${String(month).padStart(2, "0")}`;
  return { first, months, from_ms: start(year, month), to_ms: start(year, month + months) };
}

function summed(cells) {
  const sums = { overdue: 0, owed: 0, done: 0, ahead: 0, excused: 0, free: 0 };
  for (const { state } of cells) sums[state]++;
  return sums;
}
