// The register of units, as the stand-in collector tells it. A file that is put is taken as so many lines as it has.
const HEAD = "单位编码,单位名称,类别,上级单位,地区,会场,共用设备,联系人,电话,免点原因";

const unit = (code, name, some = {}) => ({
  unit: code,
  name,
  kind: "office",
  parent: null,
  place: null,
  venues: [],
  shares: [],
  contact: "陈建平",
  telephone: "0591-87654321",
  exclusion: null,
  ...some,
});

export class Units {
  revision = 1;
  changed_ms = Date.now() - 3 * 86_400_000;

  constructor(world, bare) {
    this.items = bare ? [] : this.made(world);
  }

  nameOf(code) {
    return this.items.find((one) => one.unit === code)?.name;
  }

  made(world) {
    const items = [
      unit("mem-gov", "应急管理部", { kind: "upper", telephone: null, contact: null }),
      unit("fj-gov", "福建省人民政府", { kind: "upper", contact: null }),
      unit("fj-fire", "省消防救援总队", { kind: "member", parent: "fj-em", place: "35" }),
      unit("fj-mobile-1", "前方指挥部 1 号车", { kind: "mobile", parent: "fj-em", contact: "黄志强" }),
      unit("fj-em", "福建省应急管理厅", { place: "35", parent: "mem-gov", venues: ["35-01"] }),
    ];
    for (const place of world.places.values()) {
      if (place.level !== "city" && place.level !== "county") continue;
      const code = `em-${place.code}`;
      const parent = place.level === "city" ? "fj-em" : `em-${place.parent}`;
      const venues = [`${place.code}-01`];
      items.push(unit(code, `${place.name}应急管理局`, { place: place.code, parent, venues }));
    }
    const at = (code) => items.find((one) => one.unit === code);
    Object.assign(at("em-350527"), { exclusion: "暂不具备条件" });
    const shared = [["350102-01", "3501-01"]];
    Object.assign(at("em-350102"), { venues: ["350102-01", "350102001-01"], shares: shared });
    Object.assign(at("em-3501"), { shares: shared });
    return items.sort((a, b) => (a.unit < b.unit ? -1 : 1));
  }

  told(one) {
    return { ...one, below: this.items.filter((other) => other.parent === one.unit).length };
  }

  list(query) {
    const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const text = (one) => [one.unit, one.name, one.contact, ...one.venues].join("\n").toLowerCase();
    const kind = query.get("kind");
    const parent = query.get("parent");
    const found = this.items.filter(
      (one) =>
        (!kind || one.kind === kind) &&
        (!parent || one.parent === parent) &&
        words.every((word) => text(one).includes(word)),
    );
    const offset = Number(query.get("offset") ?? 0);
    const { revision, changed_ms } = this;
    const items = found.slice(offset, offset + Number(query.get("limit") ?? 100)).map((one) => this.told(one));
    return { now_ms: Date.now(), revision, changed_ms, total: found.length, items };
  }

  put(text, dry_run) {
    const lines = text.trim().split(/\r?\n/).slice(1);
    const wrong = lines.flatMap((line, at) => (line.split(",").length === 10 ? [] : [at + 2]));
    const errors = wrong.map((line) => ({ line, message: "10 cells are expected", message_zh: "应有 10 列" }));
    const codes = new Set(lines.map((line) => line.split(",")[0]));
    const known = new Set(this.items.map((one) => one.unit));
    const added = [...codes].filter((code) => !known.has(code)).length;
    const removed = [...known].filter((code) => !codes.has(code)).length;
    if (!dry_run && errors.length === 0) {
      this.items = lines.map((line) => {
        const [code, name, , parent] = line.split(",");
        return this.items.find((one) => one.unit === code) ?? unit(code, name, { parent: parent || null });
      });
      this.revision++;
      this.changed_ms = Date.now();
    }
    const report = { dry_run, encoding: "utf-8", revision: this.revision, rows: lines.length, errors, notes: [] };
    return { ...report, added, changed: 0, unchanged: codes.size - added, removed };
  }

  serve(request, response, path, query, json) {
    if (request.method === "PUT") {
      let text = "";
      request.on("data", (part) => (text += part));
      request.on("end", () => json(response, this.put(text, query.get("dry_run") === "true")));
      return;
    }
    if (path === "/units") return json(response, this.list(query));
    if (path === "/units/export") {
      response.writeHead(200, { "content-type": "text/csv; charset=utf-8" });
      const row = (one) => [one.unit, one.name, one.kind, one.parent, one.place, one.venues.join(" "), "", "", "", ""];
      return response.end(`${HEAD}\r\n${this.items.map((one) => row(one).join(",")).join("\r\n")}\r\n`);
    }
    const found = this.items.find((one) => one.unit === path.slice("/units/".length));
    return json(response, found ? this.told(found) : null);
  }
}
