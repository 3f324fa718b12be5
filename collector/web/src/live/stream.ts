// The tab's one EventSource: follows one scope, tells the cache, notices silence, comes back by itself.
import { API, ask, query } from "../api/fetch";
import type { Delta, Health, Hello, InboundNews } from "../api/names";
import { cell } from "../state/cell";
import { heard } from "../time/clock";
import { deltaArrived, helloArrived, inboundArrived, resyncArrived } from "./cache";
import { isQuiet, onBroken, onEvent, onHealth, START } from "./link";
import { restart } from "./recent";

export const link = cell(START);
export const health = cell<Health | null>(null);

const HEALTH_EVERY_MS = 5_000;
const HEALTH_DEADLINE_MS = 4_000;
const LISTEN_EVERY_MS = 1_000;
const RETRY_MS = 2_000;

let source: EventSource | null = null;
let followed = { scope: "", venue: "" };
let retry: number | undefined;

function parse<T>(event: Event): T {
  return JSON.parse((event as MessageEvent<string>).data) as T;
}

function spoke(event: { revision: number; now_ms: number }): void {
  heard(event.now_ms);
  link.set(onEvent(link.get(), event, performance.now()));
}

export function open(): void {
  window.clearTimeout(retry);
  source?.close();
  restart(followed.scope);
  const opened = new EventSource(`${API}/events${query(followed)}`);
  source = opened;
  opened.addEventListener("hello", (event) => {
    const hello = parse<Hello>(event);
    spoke(hello);
    helloArrived(hello);
  });
  opened.addEventListener("delta", (event) => {
    const delta = parse<Delta>(event);
    spoke(delta);
    deltaArrived(delta, followed.scope);
  });
  opened.addEventListener("inbound", (event) => {
    const news = parse<InboundNews>(event);
    heard(news.now_ms);
    inboundArrived(news);
  });
  opened.addEventListener("resync", () => {
    restart(followed.scope);
    resyncArrived();
  });
  opened.onerror = () => {
    if (opened !== source) return;
    link.set(onBroken(link.get()));
    // A refused stream is not retried by the browser.
    if (opened.readyState === EventSource.CLOSED) later();
  };
}

function later(): void {
  window.clearTimeout(retry);
  retry = window.setTimeout(open, RETRY_MS);
}

/** Follow another place, or another venue within it. */
export function follow(scope: string, venue = ""): void {
  if (source && followed.scope === scope && followed.venue === venue) return;
  followed = { scope, venue };
  open();
}

let answering = true;

/** Silence alone is no loss, nor is one unanswered question; both together are. */
function listen(): void {
  if (!answering && isQuiet(link.get(), performance.now())) link.set(onBroken(link.get()));
}

async function watch(): Promise<void> {
  try {
    const answer = await ask<Health>("/health", undefined, HEALTH_DEADLINE_MS);
    answering = true;
    health.set(answer);
    link.set(onHealth(link.get(), answer));
    const behind = answer.revision > link.get().revision && isQuiet(link.get(), performance.now());
    if (link.get().phase === "lost" || behind) open();
  } catch {
    answering = false;
    if (link.get().phase === "connecting") link.set(onBroken(link.get()));
    listen();
  }
}

export function startStream(): () => void {
  const timer = window.setInterval(watch, HEALTH_EVERY_MS);
  const ear = window.setInterval(listen, LISTEN_EVERY_MS);
  const offline = () => link.set(onBroken(link.get()));
  window.addEventListener("offline", offline);
  window.addEventListener("online", open);
  void watch();
  return () => {
    window.clearInterval(timer);
    window.clearInterval(ear);
    window.clearTimeout(retry);
    window.removeEventListener("offline", offline);
    window.removeEventListener("online", open);
    source?.close();
    source = null;
  };
}
