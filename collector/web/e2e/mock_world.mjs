// A made-up province for trying the console without a collector: every division has one venue, states drift.
import { readFileSync } from "node:fs";

export const CLASSES = ["silent", "fail", "stale", "unknown", "degraded", "pass"];
const FINDINGS = {
  fail: ["picture.no-signal", "picture.black", "line.down", "camera.no-answer", "http.down", "http.text", "line.loss"],
  degraded: ["line.jitter", "line.delay", "picture.dark", "host.temperature", "http.slow", "host.disk", "host.load"],
};
const CONTACTS = ["陈建平", "林秀英", "黄志强", "郑丽华", "吴国栋", "王海燕", "李文斌", "欧阳振华"];

/** A small seeded generator: the same world on every start. */
export function random(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const zero = () => ({
  venues: 0,
  silent: 0,
  fail: 0,
  stale: 0,
  unknown: 0,
  degraded: 0,
  pass: 0,
  agents: 0,
  never: 0,
  excluded: 0,
});

const BACKUP_EVERY = ["proven", "proven", "proven", "overdue", "proven", "never", "proven", "failing", "proven"];

const NO_BACKUP = { backups: 0, backup_state: null, backup_proven_ms: null };

/** Every third place has a backup line; how it stands follows from its code, so that a run is like the last. */
function backupOf(place, now) {
  const n = Number(place.code.slice(-6)) || 0;
  if (n % 3 !== 1) return NO_BACKUP;
  const state = BACKUP_EVERY[Math.floor(n / 3) % BACKUP_EVERY.length];
  const days = state === "overdue" ? 9 + (n % 5) : n % 6;
  return { backups: 1, backup_state: state, backup_proven_ms: state === "never" ? null : now - days * 86_400_000 };
}

export class World {
  constructor(csv, now = Date.now()) {
    this.places = new Map();
    this.venues = new Map();
    this.revision = 1;
    this.seq = 0;
    this.changes = [];
    this.dirty = new Set();
    this.fresh = [];
    /** Venues with other news. */
    this.touched = new Set();
    this.references = new Map();
    this.random = random(20_261_123);
    for (const line of readFileSync(csv, "utf8").trim().split("\n").slice(1)) {
      const [code, parent, level, name] = line.trim().split(",");
      this.places.set(code, { code, parent, level, name, children: [], counts: zero(), excluded: null });
      this.places.get(parent)?.children.push(code);
    }
    for (const place of this.places.values()) this.addVenue(place, now);
  }

  path(code) {
    const path = [];
    for (let place = this.places.get(code); place; place = this.places.get(place.parent)) path.unshift(place);
    return path;
  }

  addVenue(place, now) {
    const r = this.random();
    // One county is in a bad way, the rest is a normal night.
    const bad = place.code.startsWith("350627") ? 0.45 : place.code.startsWith("3507") ? 0.06 : 0.025;
    let c = "pass";
    if (r < bad) c = CLASSES[Math.min(4, Math.floor((r / bad) * 5))];
    if (place.level === "province") c = "pass";
    const never = c === "silent" && this.random() < 0.4;
    const excluded = c === "unknown" && this.random() < 0.2;
    if (never || excluded) c = null;
    const codes = FINDINGS[c];
    const venue = {
      id: `${place.code}-01`,
      name: place.level === "village" ? `${place.name}会场` : `${place.name}指挥大厅`,
      unit: `${place.name}应急管理${place.level === "village" ? "服务点" : "局"}`,
      place: place.code,
      place_name:
        this.path(place.code)
          .slice(1)
          .map((p) => p.name)
          .join(" ") || place.name,
      level: place.level,
      class: c,
      finding: codes ? codes[Math.floor(this.random() * codes.length)] : null,
      why: excluded ? "机房改造，月底前停用" : c === "unknown" ? "deadline" : null,
      since_ms:
        c === null
          ? null
          : c === "pass"
            ? now - 86_400_000
            : now - Math.floor(this.random() ** 3 * 40 * 3_600_000) - 60_000,
      last_ms: never ? null : c === "silent" ? now - 3_600_000 : now - Math.floor(this.random() * 30_000),
      two_way: place.level !== "village" || this.random() < 0.5,
      network: place.level === "village" ? null : "应急指挥信息网",
      contact: this.random() < 0.95 ? CONTACTS[Math.floor(this.random() * CONTACTS.length)] : null,
      telephone: this.random() < 0.93 ? `0591-${String(10_000_000 + Math.floor(this.random() * 89_999_999))}` : null,
      connected: c !== "silent" && !never,
      ...(c === null ? NO_BACKUP : backupOf(place, now)),
      never,
      excluded,
    };
    this.venues.set(venue.id, venue);
    this.count(venue, 1);
  }

  count(venue, by) {
    for (let p = this.places.get(venue.place); p; p = this.places.get(p.parent)) {
      if (venue.never) p.counts.never += by;
      else if (venue.excluded) p.counts.excluded += by;
      else {
        p.counts.venues += by;
        p.counts[venue.class] += by;
      }
      if (venue.connected) p.counts.agents += by;
      this.dirty.add(p.code);
    }
  }

  change(id, to, finding) {
    const venue = this.venues.get(id);
    if (!venue || (venue.class === to && venue.finding === finding)) return;
    const from = venue.class;
    this.count(venue, -1);
    Object.assign(venue, {
      class: to,
      finding,
      why: to === "unknown" ? "deadline" : null,
      since_ms: Date.now(),
      last_ms: Date.now(),
      never: false,
      excluded: false,
      connected: to !== "silent",
    });
    this.count(venue, 1);
    const change = {
      seq: ++this.seq,
      venue: id,
      name: venue.name,
      place: venue.place,
      place_name: venue.place_name,
      from,
      to,
      finding,
      at_ms: Date.now(),
    };
    this.changes.unshift(change);
    this.changes.length = Math.min(this.changes.length, 400);
    this.fresh.push(change);
  }

  /** A few venues change, as on any night. */
  drift(n) {
    this.ids ??= [...this.venues.keys()];
    const ids = this.ids;
    for (let i = 0; i < n; i++) {
      const venue = this.venues.get(ids[Math.floor(this.random() * ids.length)]);
      if (venue.planted || venue.excluded) continue;
      const to = venue.class === "pass" ? CLASSES[Math.floor(this.random() * 5)] : "pass";
      const codes = FINDINGS[to];
      this.change(venue.id, to, codes ? codes[Math.floor(this.random() * codes.length)] : null);
      // Keep the mood of the night: for each that breaks, one recovers.
      if (to !== "pass") {
        const other = ids.find(
          (id) => this.venues.get(id).class === to && this.random() < 0.3 && !this.venues.get(id).planted,
        );
        if (other) this.change(other, "pass", null);
      }
    }
  }

  plant(id) {
    this.venues.get(id).planted = true;
    this.change(id, "fail", "picture.no-signal");
  }

  /** A preset of the venue's camera was learnt. */
  learn(id, preset, version) {
    const others = this.learnt(id).filter((one) => one.preset !== preset);
    this.references.set(id, [...others, { preset, version, at_ms: Date.now() }]);
    this.touched.add(id);
  }

  learnt(id) {
    return this.references.get(id) ?? [];
  }

  within(code) {
    return (venue) => this.path(venue.place).some((p) => p.code === code);
  }
}
