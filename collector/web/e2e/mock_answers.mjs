// The mock's answers in the shapes of openapi.json.
import { CLASSES } from "./mock_world.mjs";

const ref = ({ code, name, level }) => ({ code, name, level });

function child(world, code, depth) {
  const place = world.places.get(code);
  const answer = { ...ref(place), counts: { ...place.counts }, excluded: null };
  if (depth > 1) answer.children = place.children.map((c) => child(world, c, depth - 1));
  return answer;
}

const FAULT_LEVELS = ["first", "second", "third", "fourth"];
const HIGH = ["province", "city"];
const LEVELS = ["province", "city", "county", "township", "village"];
const NETWORKS = ["command-network", "government-extranet", "internet"];

/** Cities and counties are in the command network, two villages of three in the internet, the others in the extranet. */
const networkOf = (venue) =>
  NETWORKS[
    LEVELS.indexOf(venue.level) < 3 ? 0 : venue.level === "village" && Number(venue.place.slice(-3)) % 3 ? 2 : 1
  ];

function lineOf(venue) {
  if (["silent", "stale", "unknown"].includes(venue.class)) return venue.class === "silent" ? "silent" : "unknown";
  return venue.finding?.startsWith("line.") ? venue.class : "pass";
}

export function breakdownAnswer(world) {
  const levels = LEVELS.map((level) => ({ level, venues: 0, silent: 0, never: 0 }));
  const none = { venues: 0, silent: 0, fail: 0, degraded: 0, unknown: 0, pass: 0, untested: 0 };
  const networks = NETWORKS.map((network) => ({ network, ...none }));
  for (const venue of world.venues.values()) {
    const level = levels[LEVELS.indexOf(venue.level)];
    if (venue.never) level.never++;
    if (venue.class === null) continue;
    level.venues++;
    if (venue.class === "silent") level.silent++;
    const network = networks.find((one) => one.network === networkOf(venue));
    network.venues++;
    network[lineOf(venue)]++;
  }
  return { now_ms: Date.now(), revision: world.revision, levels, networks };
}

export function placeAnswer(world, code, depth) {
  const place = world.places.get(code);
  if (!place) return null;
  const groups = new Map();
  const inside = world.within(code);
  for (const venue of world.venues.values()) {
    if (venue.class === "pass" || venue.class === null || !(code === "35" || inside(venue))) continue;
    const key = `${venue.class} ${venue.finding}`;
    const group = groups.get(key) ?? {
      finding: venue.finding,
      upstream: null,
      class: venue.class,
      level: "fourth",
      venues: 0,
      since_ms: venue.since_ms,
      sample: [],
    };
    group.venues++;
    const level = ["fail", "silent"].includes(venue.class)
      ? HIGH.includes(venue.level)
        ? "second"
        : "third"
      : "fourth";
    group.level = FAULT_LEVELS[Math.min(FAULT_LEVELS.indexOf(group.level), FAULT_LEVELS.indexOf(level))];
    group.since_ms = Math.min(group.since_ms, venue.since_ms);
    if (group.sample.length < 5) group.sample.push({ id: venue.id, name: venue.name, place_name: venue.place_name });
    groups.set(key, group);
  }
  return {
    now_ms: Date.now(),
    revision: world.revision,
    place: ref(place),
    path: world.path(code).map(ref),
    excluded: null,
    counts: { ...place.counts },
    children: place.children.map((c) => child(world, c, depth)),
    problems: [...groups.values()]
      .sort((a, b) => FAULT_LEVELS.indexOf(a.level) - FAULT_LEVELS.indexOf(b.level) || b.venues - a.venues)
      .slice(0, 20),
    changes: world.changes.filter((c) => c.place.startsWith(code)).slice(0, 50),
  };
}

const rank = (v) => (v.never ? 10 : v.excluded ? 11 : CLASSES.indexOf(v.class));

const proven = (v) => (v.backup_state === null ? Number.MAX_SAFE_INTEGER : (v.backup_proven_ms ?? 0));

const BY = {
  severity: (a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1),
  name: (a, b) => (a.name < b.name ? -1 : 1),
  code: (a, b) => (a.id < b.id ? -1 : 1),
  since: (a, b) => a.since_ms - b.since_ms,
  last: (a, b) => (a.last_ms ?? 0) - (b.last_ms ?? 0),
  proven: (a, b) => proven(a) - proven(b) || (a.id < b.id ? -1 : 1),
};

export function venuesAnswer(world, query) {
  const place = query.get("place") ?? "";
  const q = query.get("q") ?? "";
  if (place && !world.places.has(place)) return null;
  const inside = place && place !== "35" ? world.within(place) : () => true;
  const found = [...world.venues.values()].filter(
    (v) => inside(v) && (!q || v.name.includes(q) || v.id.startsWith(q) || v.place_name.includes(q)),
  );
  const counts = {
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
  };
  for (const v of found) {
    if (v.never) counts.never++;
    else if (v.excluded) counts.excluded++;
    else {
      counts.venues++;
      counts[v.class]++;
    }
    if (v.connected) counts.agents++;
  }
  const classes = (query.get("class") ?? "").split(",").filter(Boolean);
  const stands = (v) => (v.never ? "never" : v.excluded ? "excluded" : v.class);
  const backup = (query.get("backup") ?? "").split(",").filter(Boolean);
  // The one kind of backup that this world has.
  const has = (v) => (["", "line"].includes(query.get("backup_kind") ?? "") ? v.backup_state : null);
  const kept = found
    .filter((v) => (classes.length ? classes.includes(stands(v)) : !v.excluded))
    .filter((v) => backup.length === 0 || backup.includes(has(v) ?? "none"));
  kept.sort(BY[query.get("sort") ?? "severity"] ?? BY.severity);
  if (query.get("order") === "desc") kept.reverse();
  const offset = Number(query.get("offset") ?? 0);
  const items = kept.slice(offset, offset + Number(query.get("limit") ?? 100));
  return { now_ms: Date.now(), revision: world.revision, total: kept.length, counts, items: items.map(row) };
}

const KINDS = ["line", "terminal", "microphone", "platform", "ups", "other"];

export function systemsAnswer(world, code) {
  const at = world.places.get(code);
  if (!at) return null;
  const counted = [...world.venues.values()].filter((v) => v.class !== null);
  const sum = (place, own) => {
    const inside = place.code === "35" ? () => true : world.within(place.code);
    const venues = counted.filter((v) => (own ? v.place === place.code : inside(v)));
    const backed = venues.filter((v) => v.backups > 0);
    const cells = KINDS.map((kind) => {
      const of = kind === "line" ? backed : [];
      const in_state = (state) => of.filter((v) => v.backup_state === state).length;
      const times = of.map((v) => v.backup_proven_ms).filter((ms) => ms !== null);
      return {
        kind,
        venues: of.length,
        paths: of.length,
        proven: in_state("proven"),
        overdue: in_state("overdue"),
        failing: in_state("failing"),
        never: in_state("never"),
        unexercised: in_state("unexercised"),
        last_proven_ms: times.length ? Math.min(...times) : null,
      };
    });
    return { ...ref(place), own, venues: venues.length, with_backup: backed.length, cells };
  };
  const own = sum(at, true);
  const rows = at.children.map((c) => sum(world.places.get(c), false));
  return {
    now_ms: Date.now(),
    revision: world.revision,
    path: world.path(code).map(ref),
    total: sum(at, false),
    rows: own.venues > 0 ? [own, ...rows] : rows,
  };
}

function backupsOf(venue) {
  if (venue.backups === 0) return [];
  const day = 86_400_000;
  return [
    {
      id: "chain/backup",
      name: "备用链路",
      kind: "line",
      state: venue.backup_state,
      last_proven_ms: venue.backup_proven_ms,
      due_ms: venue.backup_proven_ms && venue.backup_proven_ms + 7 * day,
      within_days: 7,
      by_probe: "line",
      unexercised: [],
    },
  ];
}

function row({ never, excluded, planted, ...venue }) {
  return venue;
}

/** Nobody has read anything off it. */
const UNREAD = { state: null, facts: null, changes: [] };

const DEVICES = [
  {
    id: "cam-1",
    name: "主席台摄像机",
    kind: "camera",
    make: "Sony",
    model: "SRG-300SE",
    serial: "4102231",
    firmware: "2.10",
    address: "10.35.12.21:52381",
    backup_for: null,
    state: { probe: "camera", verdict: "pass", finding: null, at_ms: Date.now(), stale: false },
    facts: {
      make: "Sony",
      model: "SRG-300SE",
      serial: "4102231",
      firmware: "2.20",
      mac: null,
      settings: [{ name: "mute", value: "off" }],
      seen_ms: Date.now(),
      probe: "camera",
    },
    changes: [
      {
        at_ms: Date.now() - 3_600_000,
        code: "device.firmware-changed",
        probe: "camera",
        differences: [{ part: "firmware", was: "2.10", is: "2.20" }],
      },
    ],
  },
  {
    id: "terminal",
    name: "视频终端",
    kind: "terminal",
    make: "华为",
    model: "TE40",
    serial: "2102350ABC",
    firmware: "V600R019",
    address: "10.35.12.20",
    backup_for: null,
    ...UNREAD,
  },
  {
    id: "router",
    name: "接入路由器",
    kind: "router",
    make: "H3C",
    model: "MSR830",
    serial: null,
    firmware: "7.1.064",
    address: "10.35.12.1",
    backup_for: null,
    ...UNREAD,
  },
  {
    id: "cam-2",
    name: "备用摄像机",
    kind: "camera",
    make: null,
    model: null,
    serial: null,
    firmware: null,
    address: "10.35.12.22",
    backup_for: "cam-1",
    ...UNREAD,
  },
];

export function venueAnswer(world, id) {
  const venue = world.venues.get(id);
  if (!venue) return null;
  const silent = venue.class === "silent";
  const kind = (venue.finding ?? "").split(".")[0];
  const faulty = {
    line: "line",
    http: "terminal-http",
    camera: "camera",
    picture: "picture",
    host: "host",
  }[venue.class === "unknown" ? "camera" : kind];
  const now = Date.now();
  const outcome = (probe, name, k, covers, values, extra = {}) => {
    const hit = probe === faulty && !silent;
    // Who is not heard or seen is not measured.
    const blind = hit && /\.(no-signal|no-answer|no-reply|down)$/.test(venue.finding ?? "");
    const at = silent ? now - 3_600_000 : now - 1000 * (7 + probe.length);
    return {
      probe,
      name,
      kind: k,
      verdict: hit ? (venue.class === "stale" ? "pass" : venue.class) : "pass",
      finding: hit ? venue.finding : null,
      why: hit ? venue.why : null,
      detail: hit && !blind && k === "picture" ? "平均亮度 16，标准差 0.4，连续 3 帧相同" : null,
      at_ms: at,
      received_ms: at + 400,
      stale: silent || venue.class === "stale",
      interval_s: 60,
      required: probe !== "host",
      covers,
      values: blind ? [] : values,
      evidence: [],
      proof: null,
      ...extra,
    };
  };
  const value = (name, unit, number, limit) => ({ name, unit, number, limit });
  const outcomes = venue.never
    ? []
    : [
        outcome(
          "line",
          "到省平台线路",
          "line",
          ["router", "line"],
          [
            value("loss", "%", 0.2, "≤1"),
            value("rtt_avg", "ms", 23.4, "≤100"),
            value("rtt_p95", "ms", 31.208, null),
            value("rtt_max", "ms", 40.771, null),
            value("jitter_p99", "ms", 3.1, "≤30"),
          ],
        ),
        outcome(
          "terminal-http",
          "终端管理页",
          "http",
          ["terminal"],
          [value("status", "", 200, null), value("first_byte", "ms", 84, "≤2000")],
        ),
        outcome(
          "camera",
          "主席台摄像机控制",
          "camera",
          ["camera", "control"],
          [
            value("power", "", 1, null),
            value("pan", "", 96, null),
            value("tilt", "", -12, null),
            value("zoom", "", 4096, null),
            value("vendor_id", "", 1, null),
            value("model_id", "", 1030, null),
            value("rom", "", 258, null),
          ],
        ),
        outcome(
          "picture",
          "主席台画面",
          "picture",
          ["camera", "cable", "terminal"],
          [
            value("luma_mean", "luma", 117.2, "≤220 ≥30"),
            value("luma_sd", "luma", 52.8, "≥25"),
            value("difference", "", 2.41, null),
            value("width", "px", 1920, null),
            value("height", "px", 1080, null),
            value("fps", "fps", 25, null),
            value("key_difference", "", 3.07, null),
          ],
          {
            evidence: [
              {
                hash: `${id.replace(/\D/g, "").padStart(16, "0")}${"ab12cd34".repeat(6)}`,
                media_type: "image/jpeg",
                size: 48_211,
                available: venue.class !== "stale",
              },
            ],
          },
        ),
        outcome(
          "sound",
          "扩声与话筒",
          "sound",
          ["mic", "mixer"],
          [value("level", "dB", -31.2, "≥-45"), value("snr", "dB", 24.1, "≥15"), value("t20", "s", 0.62, "≤1.2")],
          {
            evidence: [
              { hash: "c0ffee".repeat(11).slice(0, 64), media_type: "application/json", size: 1_240, available: true },
            ],
          },
        ),
        outcome(
          "host",
          "会场主机",
          "host",
          ["host"],
          [
            value("disk_free", "B", 6_120_480_768, "≥200000000"),
            value("memory_free", "B", 312_410_112, "≥48000000"),
            value("temperature", "°C", 52.5, "≤75"),
            value("load", "", 0.31, "≤4"),
            value("clock_error", "ms", silent ? null : 12, "≤1000"),
            value("flash_day", "B", 6_204_000, "≤20000000"),
          ],
        ),
      ];
  const blamed = { picture: "cable", line: "line", camera: "camera", http: "terminal", host: "host" }[kind];
  const stage = (sid, name, device) => ({
    id: sid,
    name,
    device,
    verdict: venue.never
      ? null
      : silent
        ? "unknown"
        : sid === blamed
          ? CLASSES.includes(venue.class) && venue.class !== "stale"
            ? venue.class
            : "unknown"
          : "pass",
    blamed: sid === blamed && ["fail", "degraded"].includes(venue.class),
  });
  return {
    now_ms: now,
    revision: world.revision,
    venue: row(venue),
    path: world.path(venue.place).map(ref),
    agent: venue.never
      ? null
      : {
          id: "9f2c41d07be8a35566aa01c4d2e8f9b1",
          connected: venue.connected,
          last_signed_ms: venue.last_ms,
          clock: silent ? "free" : "synced",
          clock_error_ms: silent ? null : 12,
          canary_seen_ms: now - 3 * 3_600_000,
          canary_took_ms: 180,
          stopped: false,
          version: "0.1.0",
        },
    devices: DEVICES,
    backups: backupsOf(venue),
    chains: [
      {
        id: "command",
        name: "应急指挥视频会议",
        role: "main",
        last_proven_ms: silent ? now - 7_200_000 : now - 42_000,
        stages: [
          stage("camera", "摄像机", "cam-1"),
          stage("cable", "视频线", null),
          stage("terminal", "视频终端", "terminal"),
          stage("router", "路由器", "router"),
          stage("line", "指挥网线路", null),
          stage("mcu", "省级 MCU", null),
        ],
      },
      {
        id: "cloud",
        name: "政务云会议",
        role: "backup",
        last_proven_ms: null,
        stages: [
          stage("camera", "摄像机", "cam-1"),
          stage("host", "会场主机", null),
          { id: "cloud", name: "云会议平台", device: null, verdict: null, blamed: false },
        ],
      },
    ],
    outcomes,
    references: venue.never ? [] : references(world, id, now),
    events: venue.never ? [] : EVENTS.map(([ago_s, code, text]) => event(now - 1000 * ago_s, code, text)),
    upstream: null,
    mouth_to_ear: !venue.never,
    meeting: meetingOf(venue, now),
    blame:
      blamed && venue.class === "fail"
        ? {
            explanations: kind === "picture" ? [["cable"], ["camera", "terminal"]] : [[blamed]],
            separating_probe: kind === "picture" ? "camera" : null,
            contradictory: [],
          }
        : null,
  };
}

/** Of each three venues one is in a meeting, one has one tomorrow. */
function meetingOf(venue, now) {
  const at = Number(venue.id.slice(-5, -3)) % 3;
  if (at === 2) return null;
  const from_ms = now + (at === 0 ? -1_200_000 : 86_400_000);
  const to_ms = from_ms + 5_400_000;
  const title = at === 0 ? "防汛视频会商" : "全省视频例会";
  return { title, from_ms, to_ms, covers_from_ms: from_ms - 1_800_000, covers_to_ms: to_ms + 900_000 };
}

/** One that is on in a city, and one tomorrow of some venues. */
export function meetingsAnswer() {
  const now_ms = Date.now();
  const one = (id, title, from_ms, whom) => {
    const to_ms = from_ms + 5_400_000;
    return { id, title, from_ms, to_ms, covers_from_ms: from_ms - 1_800_000, covers_to_ms: to_ms + 900_000, ...whom };
  };
  const city = { venues: [], place: "3501", place_name: "福州市" };
  const some = { venues: ["350102001-01", "3502-01"], place: null, place_name: null };
  const items = [one(1, "防汛视频会商", now_ms - 1_200_000, city), one(2, "全省视频例会", now_ms + 86_400_000, some)];
  return { now_ms, items };
}

const EVENTS = [
  [40, "call.on", "指挥大厅 会议终端：通话开始"],
  [95, "meeting.on", "现场：会议开始"],
  [400, "interlock.overridden", "主席台：现在有会议，经确认仍转动"],
  [1_900, "relay.restored", "指挥大厅 摄像机电源：已恢复供电"],
  [1_910, "relay.cycled", "指挥大厅 摄像机电源：主席台摄像机控制 连续故障 10 分钟以上，断电 8 秒；24 小时内还可 2 次"],
  [9_000, "lamp.exploded", "后来的代理才有的一种事件"],
  [40_000, "device.firmware-changed", "数字调音台：固件自行变化，固件 3.15.0.8 → 3.16.0.1"],
  [90_000, "device.replaced", "主席台摄像机：设备已更换，序列号 123 → 124"],
  [200_000, "baseline.learnt", "设置基线第 1 版，更新 2 项"],
  [200_100, "agent.started", "avow-agent 0.1.0"],
];

function event(at_ms, code, text) {
  return { at_ms, received_ms: at_ms + 240, code, text };
}

/** One with its picture, one whose picture is on its way, one of a position alone. */
function references(world, id, now) {
  const one = (preset, version, at_ms, available) => ({
    probe: "camera",
    name: "主席台摄像机控制",
    preset,
    version,
    at_ms,
    position: { pan: 96 * preset, tilt: -12, zoom: 4096 },
    picture:
      available === null
        ? null
        : {
            hash: `${id.replace(/\D/g, "").padStart(16, "0")}${`${preset}f12cd34`.repeat(6)}`,
            media_type: "image/jpeg",
            size: 21_400,
            available,
          },
  });
  const day = 86_400_000;
  const before = [one(1, 3, now - 12 * day, true), one(2, 1, now - 300_000, false), one(15, 1, now - 90 * day, null)];
  const learnt = world.learnt(id).map(({ preset, version, at_ms }) => one(preset, version, at_ms, true));
  const others = before.filter((old) => learnt.every((new_) => new_.preset !== old.preset));
  return [...others, ...learnt].sort((a, b) => a.preset - b.preset);
}

export function historyAnswer(query) {
  const [from_ms, to_ms, now] = [Number(query.get("from_ms")), Number(query.get("to_ms")), Date.now()];
  const resolution = query.get("resolution") ?? "raw";
  const probe = query.get("probe");
  const step = resolution === "hour" ? 3_600_000 : 60_000;
  const wave = (at, k) => Math.sin(at / 3_700_000 + k) + 0.3 * Math.sin(at / 290_000 + k);
  const times = [];
  for (let at = Math.ceil(from_ms / step) * step; at < to_ms; at += step)
    if (Math.floor(at / 1_900_000) % 9 !== 4 || step > 60_000) times.push(at);
  const series = (name, unit, mean, swing, k) => {
    const f = (at) => Math.max(0, mean + swing * wave(at, k));
    const s = { name, unit, points: times.map((at) => [at, f(at)]) };
    if (resolution === "hour")
      Object.assign(s, { min: times.map((at) => [at, f(at) * 0.7]), max: times.map((at) => [at, f(at) * 1.4]) });
    return s;
  };
  const BOOK = {
    line: [
      series("loss", "%", 0.3, 0.3, 3),
      series("rtt_avg", "ms", 24, 6, 1),
      series("rtt_p95", "ms", 31, 7, 1.2),
      series("rtt_max", "ms", 40, 9, 1.4),
      series("jitter_p99", "ms", 4, 2, 2),
    ],
    "terminal-http": [series("status", "", 200, 0, 0), series("first_byte", "ms", 90, 30, 4)],
    camera: [series("power", "", 1, 0, 0), series("pan", "", 96, 4, 5), series("zoom", "", 4096, 30, 6)],
    picture: [
      series("luma_mean", "luma", 110, 30, 7),
      series("luma_sd", "luma", 50, 12, 8),
      series("difference", "", 2.4, 0.8, 7.5),
      series("fps", "fps", 25, 0.2, 9),
    ],
    host: [
      series("disk_free", "B", 6.1e9, 4e8, 9),
      series("memory_free", "B", 3.1e8, 5e7, 9.5),
      series("temperature", "°C", 50, 5, 10),
      series("load", "", 0.4, 0.2, 11),
      series("flash_day", "B", 6.2e6, 1e6, 12),
    ],
  };
  const verdict = (at) => (wave(at, 1) > 1.1 ? "fail" : wave(at, 1) > 0.9 ? "degraded" : "pass");
  return {
    now_ms: now,
    probe,
    resolution,
    from_ms,
    to_ms,
    truncated: false,
    verdicts: times.map((at) => [at, verdict(at)]),
    series: BOOK[probe] ?? [],
  };
}
