// A stand-in collector for trying the console: `AVOW_DIVISIONS=…/fujian-divisions.csv node e2e/mock.mjs [port]`.
// Serves dist/ and the API with 18 762 venues and deltas at 4 Hz; with AVOW_CALM=1 nothing happens by itself. POST /mock/plant?venue=<id> plants a picture fault;
// GET /mock/across tells which runs of two were asked for, ?end=1 ends the newest;
// GET /mock/calls tells what was asked of roll calls, ?skip=<ms> begins the newest so much earlier, ?complete=1 has everybody answer it;
// GET /mock/refuse?path=<pattern>&status=<n> refuses what fits, without a pattern nothing any more;
// GET /mock/hold?path=<pattern> keeps what fits ('POST /groups') waiting and tells how many wait, without a pattern all are answered;
// GET /mock/inbound tells what was asked of calls to us, ?skip=<ms> begins the newest so much earlier;
// GET /mock/cameras tells what was asked of cameras; ?meeting=1 has the interlock object, ?learnt=1 ends the learning of a preset.
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Across, curves } from "./mock_across.mjs";
import {
  breakdownAnswer,
  historyAnswer,
  meetingsAnswer,
  placeAnswer,
  systemsAnswer,
  venueAnswer,
  venuesAnswer,
} from "./mock_answers.mjs";
import { Assurance, Seals } from "./mock_assurance.mjs";
import { Documents } from "./mock_documents.mjs";
import { Inbounds } from "./mock_inbound.mjs";
import { Inspections } from "./mock_inspections.mjs";
import { Obligations } from "./mock_obligations.mjs";
import { Rectification } from "./mock_rectification.mjs";
import { RollCalls } from "./mock_roll_call.mjs";
import { Units } from "./mock_units.mjs";
import { World } from "./mock_world.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const csv = process.env.AVOW_DIVISIONS ?? join(here, "../../../shared/data/fujian-divisions.csv");
const data = dirname(csv);
const dist = join(here, "../dist");
const port = Number(process.argv[2] ?? 8080);
const started_ms = Date.now();
const world = new World(csv);
const streams = new Set();
const obligations = new Obligations(world);
const across = new Across(world, obligations);
const inbounds = new Inbounds(world, process.env.AVOW_BARE === "1");
const units = new Units(world, process.env.AVOW_BARE === "1");
const documents = new Documents(process.env.AVOW_BARE === "1");
const papers = { serve: (_, path, query) => documents.serve(path, query) };
const inspections = new Inspections(world);
const rectification = new Rectification(world);
const assurance = new Assurance(world);
/** A drift becomes a matter: its unit and its day are known. */
const entered = {
  serve(method, _, query, { venue, probe, value, person, unit, advice = "" }) {
    const due_ms = Date.now() + 20 * 86_400_000;
    const said = { subject: venue, origin: { kind: "warning", id: null }, item: probe, problem: `${probe} ${value}` };
    const order = { ...said, unit: unit ?? world.venues.get(venue).unit, due_ms, person, advice };
    return rectification.serve(method, "/rectifications", query, order);
  },
};
const seals = new Seals();
const months = { serve: (_, path, query, body) => seals.serve(path, query, body, Date.now()) };
const calls = new RollCalls(world, process.env.AVOW_BARE === "1");
inspections.kept = calls.kept;

// A grey test picture: the smallest baseline JPEG that a browser draws.
const STILL = Buffer.from(
  "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==",
  "base64",
);

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

function json(response, answer, type = "application/json") {
  if (answer === null) {
    response.writeHead(404, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ type: "about:blank", title: "not found", status: 404, detail: null }));
    return;
  }
  response.writeHead(200, { "content-type": type, "cache-control": "no-store" });
  response.end(JSON.stringify(answer));
}

function file(response, path, type) {
  response.writeHead(200, { "content-type": type });
  createReadStream(path).pipe(response);
}

const health = () => ({
  status: "ok",
  trouble: null,
  detail: null,
  version: "0.1.0",
  now_ms: Date.now(),
  started_ms,
  broker: "embedded",
  broker_connected: true,
  revision: world.revision,
  reports_per_s: 312.4,
  hq_key: "00".repeat(32),
  canaries: { agents: 0, p50_ms: null, p99_ms: null, oldest_ms: null, stopped: 0, sample: [] },
  roll_calls: { kept: 3, most: 1000, room: "enough" },
  inspections: { kept: 2, most: 1000, room: "enough" },
  documents: { kept: 12, most: 20_000, room: "enough" },
});

function events(request, response, query) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(
    `id: ${world.revision}\nevent: hello\ndata: ${JSON.stringify({ revision: world.revision, now_ms: Date.now() })}\n\n`,
  );
  const stream = { response, scope: query.get("scope") ?? "35", venue: query.get("venue") };
  streams.add(stream);
  request.on("close", () => streams.delete(stream));
}

// What the console asked of cameras, for GET /mock/cameras; `?meeting=1` there begins a meeting, `?meeting=0` ends it. A preset
// is being learnt until `?learnt=1`, one each, whichever comes first.
const cameras = { meeting: false, asked: [], learning: [], learnt: 0 };

function endLearning() {
  for (; cameras.learnt > 0 && cameras.learning.length > 0; cameras.learnt--) cameras.learning.shift()();
}

function learn(response, venue, preset) {
  cameras.learning.push(() => {
    const before = venueAnswer(world, venue).references.find((one) => one.preset === preset);
    const version = (before?.version ?? 0) + 1;
    world.learn(venue, preset, version);
    json(response, { now_ms: Date.now(), result: "done", detail: `预置位 ${preset} 的参考已保存：第 ${version} 版` });
  });
  endLearning();
}

function cameraPost(request, response, venue, what) {
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => {
    const body = JSON.parse(text);
    cameras.asked.push({ what, at_ms: Date.now(), ...body });
    if (what === "steer") {
      response.writeHead(204);
      return response.end();
    }
    const refused = cameras.meeting && !body.confirmed;
    if (!refused && body.command.learn !== undefined) return learn(response, venue, body.command.learn);
    const answer = refused
      ? { result: "interlocked", detail: "现在有会议" }
      : { result: "done", detail: "Sony EVI-D70，水平 120，俯仰 -30，变焦 0" };
    setTimeout(() => json(response, { now_ms: Date.now(), ...answer }), 120);
  });
}

function acrossPost(request, response) {
  told(request, (order) => json(response, across.begin(order)));
}

function told(request, then) {
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => then(JSON.parse(text)));
}

/** Null when it is no change of what is owed. */
function owedChange(request, path) {
  const confirm = path.match(/^\/joint-tests\/(\d+)\/confirm$/);
  const correct = path.match(/^\/joint-tests\/(\d+)\/correct$/);
  if (request.method === "POST" && correct) return (body) => obligations.correct(Number(correct[1]), body);
  if (request.method === "PUT" && path === "/obligations/rules") return (body) => obligations.put(body);
  if (request.method === "POST" && path === "/joint-tests") return (body) => obligations.add(body);
  if (request.method === "POST" && confirm) return (body) => obligations.confirm(Number(confirm[1]), body);
  return null;
}

function conflict(response) {
  response.writeHead(409, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: "about:blank", title: "Conflict", status: 409, detail: "one person" }));
}

function served(by, request, response, path, query) {
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => {
    const [status, answer] = by.serve(request.method, path, query, text === "" ? {} : JSON.parse(text));
    if (status < 300) {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      return response.end(status === 204 ? undefined : JSON.stringify(answer));
    }
    response.writeHead(status, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ type: "about:blank", title: "refused", status, detail: null }));
  });
}

const ROUTES = [
  [/^\/health$/, () => health()],
  [/^\/places\/(\w+)$/, ([, code], query) => placeAnswer(world, code, Number(query.get("depth") ?? 1))],
  [
    /^\/names$/,
    (_, query) => {
      const named = (of, name) =>
        Object.fromEntries(
          (query.get(of) ?? "")
            .split(",")
            .map((code) => [code, name(code)])
            .filter(([, known]) => known),
        );
      const name = (code) => (world.venues.get(code) ?? world.places.get(code))?.name;
      return { names: named("codes", name), units: named("units", (code) => units.nameOf(code)) };
    },
  ],
  [/^\/breakdown$/, () => breakdownAnswer(world)],
  [/^\/systems$/, (_, query) => systemsAnswer(world, query.get("place") ?? "35")],
  [/^\/meetings$/, () => meetingsAnswer()],
  [/^\/venues$/, (_, query) => venuesAnswer(world, query)],
  [/^\/venues\/([\w-]+)$/, ([, id]) => assurance.named(venueAnswer(world, id))],
  [/^\/venues\/[\w-]+\/history$/, (_, query) => historyAnswer(query)],
  [/^\/mouth-to-ear$/, (_, query) => across.list(query.get("venue"))],
  [/^\/obligations$/, (_, query) => obligations.board(query)],
  [/^\/obligations\/rules$/, () => obligations.rules],
  [/^\/joint-tests$/, (_, query) => obligations.list(query)],
  [/^\/map$/, () => ({ source: "内部示意图，仅供办公", approval_number: null })],
];

/** What is refused, and what is kept waiting. */
const trouble = {
  refused: null,
  status: 503,
  held: null,
  waiting: [],
  turn(what, path) {
    this[what] = path === null ? null : new RegExp(path);
    const waits = this.waiting.length;
    if (this.held === null) for (const answer of this.waiting.splice(0)) answer();
    return { waits };
  },
};

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://mock");
  if (url.pathname === "/mock/plant") {
    world.plant(url.searchParams.get("venue"));
    return json(response, {});
  }
  if (url.pathname === "/mock/cameras") {
    if (url.searchParams.has("meeting")) cameras.meeting = url.searchParams.get("meeting") === "1";
    if (url.searchParams.has("learnt")) cameras.learnt++;
    endLearning();
    return json(response, cameras.asked);
  }
  if (url.pathname === "/mock/calls") {
    calls.skip(Number(url.searchParams.get("skip") ?? 0));
    if (url.searchParams.has("complete")) calls.complete();
    return json(response, calls.asked);
  }
  if (url.pathname === "/mock/inbound") {
    inbounds.skip(Number(url.searchParams.get("skip") ?? 0));
    return json(response, inbounds.asked);
  }
  if (url.pathname === "/mock/inspections") return json(response, inspections.asked);
  if (url.pathname === "/mock/rectification") return json(response, rectification.asked);
  if (url.pathname === "/mock/across") {
    if (url.searchParams.has("end")) across.end();
    return json(response, across.asked);
  }
  if (url.pathname === "/mock/refuse" || url.pathname === "/mock/hold") {
    const { searchParams } = url;
    if (url.pathname === "/mock/refuse") trouble.status = Number(searchParams.get("status") ?? 503);
    return json(response, trouble.turn(url.pathname === "/mock/refuse" ? "refused" : "held", searchParams.get("path")));
  }
  if (url.pathname.startsWith("/api/v1/")) {
    const path = url.pathname.slice(7);
    const what = `${request.method} ${path}`;
    if (trouble.refused?.test(what)) return served({ serve: () => [trouble.status, null] }, request, response, path);
    if (trouble.held?.test(what)) return trouble.waiting.push(() => api(request, response, url, path));
    return api(request, response, url, path);
  }
  const asset = join(dist, url.pathname);
  const found = extname(url.pathname) && existsSync(asset) ? asset : join(dist, "index.html");
  file(response, found, TYPES[extname(found)] ?? "application/octet-stream");
});

/** Answers what the console asks. */
function api(request, response, url, path) {
  if (path.startsWith("/documents")) return served(papers, request, response, path, url.searchParams);
  if (/^\/(roll-call|groups|links)/.test(path)) return served(calls, request, response, path, url.searchParams);
  if (path.startsWith("/inbound")) return served(inbounds, request, response, path, url.searchParams);
  if (path.startsWith("/units")) return units.serve(request, response, path, url.searchParams, json);
  if (path.startsWith("/rectifications")) return served(rectification, request, response, path, url.searchParams);
  if (path.startsWith("/joint-tests/months/")) return served(months, request, response, path, url.searchParams);
  if (path === "/warnings/rectify") return served(entered, request, response, path, url.searchParams);
  if (/^\/(assurance|warnings|frequent|rules)/.test(path))
    return served(assurance, request, response, path, url.searchParams);
  if (path.startsWith("/inspections")) return served(inspections, request, response, path, url.searchParams);
  if (path === "/events") return events(request, response, url.searchParams);
  if (path === "/map/cities" || path === "/map/counties")
    return file(response, join(data, `fujian-${path.slice(5)}.geojson`), "application/geo+json");
  if (path.startsWith("/evidence/") && path.includes("c0ffee")) return json(response, curves());
  if (path.startsWith("/evidence/")) {
    response.writeHead(200, { "content-type": "image/jpeg" });
    return response.end(process.env.AVOW_STILL ? readFileSync(process.env.AVOW_STILL) : STILL);
  }
  if (request.method === "POST" && path === "/mouth-to-ear") return acrossPost(request, response);
  const owed = owedChange(request, path);
  if (owed) {
    return told(request, (body) => {
      const answer = owed(body);
      if (answer === null) conflict(response);
      else json(response, answer);
    });
  }
  const camera = request.method === "POST" && path.match(/^\/venues\/([\w-]+)\/cameras\/[\w-]+\/(command|steer)$/);
  if (camera) return cameraPost(request, response, camera[1], camera[2]);
  for (const [pattern, answer] of ROUTES) {
    const match = path.match(pattern);
    if (match) return json(response, answer(match, url.searchParams));
  }
  return json(response, null);
}

server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));

setInterval(() => {
  if (process.env.AVOW_CALM !== "1") world.drift(1 + Math.floor(Math.random() * 2));
  world.revision++;
  for (const { response, scope } of streams) {
    const seen = (code) =>
      code === scope ||
      world.places.get(code).parent === scope ||
      (scope.length === 6 && world.places.get(world.places.get(code).parent)?.parent === scope);
    const counts = {};
    for (const code of world.dirty) if (seen(code)) counts[code] = world.places.get(code).counts;
    const changes = world.fresh.filter((c) => c.place.startsWith(scope));
    const venues = [...changes.map((c) => c.venue), ...world.touched];
    if (venues.length === 0 && Object.keys(counts).length === 0) continue;
    const delta = {
      revision: world.revision,
      now_ms: Date.now(),
      counts,
      changes,
      venues,
    };
    response.write(`id: ${world.revision}\nevent: delta\ndata: ${JSON.stringify(delta)}\n\n`);
  }
  world.dirty.clear();
  world.fresh = [];
  world.touched.clear();
}, 250);
