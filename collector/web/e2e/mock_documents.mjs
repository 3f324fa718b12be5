// What was signed off, as the stand-in collector tells it: a few months of papers, one of them corrected.
const DAY = 86_400_000;
const PLACES = ["35", "3501", "3502", "3507"];

const hash = (n, edition) => `${String(n).padStart(4, "0")}${edition}5ea1`.repeat(8).slice(0, 64);

export class Documents {
  constructor(bare) {
    const now = Date.now();
    this.items = [];
    for (let n = 0; n < (bare ? 0 : 130); n++) this.#add(n, now - n * DAY);
    this.items.sort((a, b) => b.at_ms - a.at_ms || b.edition - a.edition);
  }

  #add(n, at_ms) {
    const day = new Date(at_ms + 8 * 3_600_000).toISOString().slice(0, 10);
    const kinds = [
      [`roll-call/${at_ms - 3_600_000}`, "省应急指挥中心视频点名情况报告"],
      [`inspection/${at_ms - 7_200_000}`, "日常巡检报告"],
      [`inbound/${at_ms - 5_400_000}`, "对上点名记录"],
      [`assurance/700/${day}`, "防暴雨四级响应 重保日报"],
      [`joint-tests/${day.slice(0, 7)}`, `联调记录表（${day.slice(0, 7)}）`],
    ];
    const [subject, title] = kinds[n % 29 === 28 ? 4 : n % 4];
    if (this.items.some((one) => one.subject === subject)) return;
    const said = { subject, title, by: n % 2 ? "王五" : "欧阳振华", place: PLACES[n % 4] };
    const first = { ...said, name: hash(n, 1), edition: 1, at_ms, corrects: null, reason: null };
    this.items.push(first);
    if (n % 9 !== 4) return;
    const again = { name: hash(n, 2), edition: 2, at_ms: at_ms + 1_800_000, corrects: first.name };
    this.items.push({ ...said, ...again, reason: "通报意见有误，漏写鼓楼区" });
  }

  serve(path, query) {
    const [, name, what] = path.match(/^\/documents\/(\w+)(\/verify)?$/) ?? [];
    if (what) {
      const changed = name === this.items[1]?.name ? ["document.docx"] : [];
      return [200, { name, intact: changed.length === 0, key: "00".repeat(32), own_key: true, changed }];
    }
    if (name) return this.items.some((one) => one.name === name) ? [200, { form: query.get("form") }] : [404, null];
    const wanted = (key) => query.get(key) ?? "";
    const replaced = new Set(this.items.map((one) => one.corrects));
    const found = this.items.filter(
      (one) =>
        one.subject.startsWith(wanted("kind")) &&
        (wanted("subject") === "" || one.subject === wanted("subject")) &&
        one.at_ms >= Number(wanted("from_ms")) &&
        one.at_ms < Number(wanted("to_ms") || Number.MAX_SAFE_INTEGER) &&
        (wanted("place") === "" || one.place === "35" || one.place === wanted("place")) &&
        `${one.title} ${one.subject} ${one.by}`.includes(wanted("q")) &&
        !(wanted("newest") === "true" && replaced.has(one.name)),
    );
    const kinds = {};
    for (const { subject } of this.items) kinds[subject.split("/")[0]] = (kinds[subject.split("/")[0]] ?? 0) + 1;
    const from = Number(wanted("offset"));
    const items = found.slice(from, from + Number(wanted("limit") || 100)).map(({ place: _, ...one }) => one);
    return [200, { total: found.length, kept: this.items.length, most: 20_000, kinds, items }];
  }
}
