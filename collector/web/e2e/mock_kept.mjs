// Groups, schedules, signed records and links of roll calls, as the stand-in collector tells them.
const hash = (id, edition) => `${id}${edition}5ea1`.padEnd(64, "5ea1").slice(0, 64);

export class Kept {
  groups = [];
  schedules = [];
  records = new Map();
  links = [];
  asked = [];

  /** What an item of a call tells beside the call itself. */
  head(id) {
    const { notice = "", kind = "duty", editions = [] } = this.records.get(id) ?? {};
    const [newest] = editions;
    const signed = { edition: newest?.edition ?? 0, signed_by: newest?.by ?? null, signed_ms: newest?.at_ms ?? null };
    return { kind, notice, group: null, meeting: null, schedule: null, units: [], ...signed };
  }

  /** Answers what is asked beside the calls: a status and a body; null: it is none of these. */
  serve(method, path, body) {
    if (method !== "GET") this.asked.push({ method, path, ...body });
    const now_ms = Date.now();
    const [, list, id, word] = path.match(/^\/(groups|roll-call-schedules)(?:\/(\d+))?(\/pause)?$/) ?? [];
    if (list)
      return this.listed(list === "groups" ? "groups" : "schedules", method, id && Number(id), word, body, now_ms);
    const link = path.match(/^\/roll-calls\/(\d+)\/venues\/([\w-]+)\/link$/);
    if (link) return [200, this.link(Number(link[1]), link[2], body.by, now_ms)];
    const [, of] = path.match(/^\/roll-calls\/(\d+)\/links$/) ?? [];
    if (of) return [200, { now_ms, items: this.links.filter((one) => one.call === Number(of)) }];
    const [, gone] = path.match(/^\/links\/(\w+)$/) ?? [];
    if (gone) {
      this.links.find((one) => one.id === gone).state = "revoked";
      return [204, null];
    }
    const [, call, what] = path.match(/^\/roll-calls\/(\d+)\/(notice|sign|editions)$/) ?? [];
    return call ? this.record(Number(call), what, body, now_ms) : null;
  }

  link(call, venue, by, made_ms) {
    const id = String(this.links.length + 1).padStart(16, "0");
    for (const one of this.links) if (one.call === call && one.venue === venue) one.state = "revoked";
    this.links.unshift({
      id,
      call,
      venue,
      name: `会场 ${venue}`,
      by,
      made_ms,
      until_ms: made_ms + 600_000,
      state: "open",
    });
    return { id, path: `/p/${"k".repeat(22)}${this.links.length}`, until_ms: made_ms + 600_000 };
  }

  listed(list, method, id, word, body, now_ms) {
    const items = this[list];
    const at = items.findIndex((one) => one.id === id);
    if (method === "GET") return [200, { now_ms, items }];
    if (method === "DELETE") {
      items.splice(at, 1);
      return [204, null];
    }
    if (word) return [200, Object.assign(items[at], body)];
    const bare = {
      places: [],
      except: [],
      venues: [],
      units: [],
      note: "",
      changed_ms: now_ms,
      changed_by: body.by ?? "",
    };
    const group = this.groups.find((one) => one.id === body.group);
    const named = group ? { id: group.id, name: group.name } : null;
    const plan = list === "groups" ? {} : { group: named, next_ms: now_ms + 3_600_000, slots: [] };
    const wanted = { ...bare, ...body, ...plan };
    if (method === "PUT") return [200, Object.assign(items[at], wanted, { slots: items[at].slots })];
    items.push({ ...wanted, id: items.length + 1 });
    return [200, items.at(-1)];
  }

  record(id, what, body, at_ms) {
    const record = this.records.get(id) ?? { editions: [] };
    this.records.set(id, record);
    if (what === "editions") return [200, { items: record.editions }];
    if (what === "notice") return [200, Object.assign(record, { notice: body.notice, kind: body.kind })];
    const edition = record.editions.length + 1;
    if (edition > 1 && !body.reason) return [409, null];
    record.kind = body.kind;
    return [200, this.signed(id, body.notice, { by: body.by, at_ms, reason: body.reason ?? null })];
  }

  /** One more edition of a record. */
  signed(id, notice, said) {
    const record = this.records.get(id) ?? { kind: "spot-check", editions: [] };
    this.records.set(id, record);
    const edition = record.editions.length + 1;
    const corrects = record.editions[0]?.name ?? null;
    record.notice = notice;
    record.editions.unshift({ name: hash(id, edition), edition, title: "点名通报", corrects, ...said });
    return record.editions[0];
  }
}
