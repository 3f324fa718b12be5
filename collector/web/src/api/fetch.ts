// One way to ask the collector: same origin, JSON, RFC 9457 problems, a deadline.
import { heard } from "../time/clock";

export const API = "/api/v1";
const DEADLINE_MS = 15_000;

export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string | null,
    readonly detail_zh: string | null = null,
  ) {
    super(detail ?? title);
  }
}

async function problem(response: Response): Promise<ApiProblem> {
  const said = await response.json().catch(() => ({}));
  return new ApiProblem(
    response.status,
    said.title ?? response.statusText,
    said.detail ?? null,
    said.detail_zh ?? null,
  );
}

export async function ask<T>(path: string, signal?: AbortSignal, deadline_ms = DEADLINE_MS): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new ApiProblem(0, "deadline", null)), deadline_ms);
  const stop = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", stop);
  try {
    const response = await fetch(API + path, { signal: controller.signal, headers: { accept: "application/json" } });
    if (!response.ok) throw await problem(response);
    const answer = await response.json();
    if (typeof answer?.now_ms === "number") heard(answer.now_ms);
    return answer as T;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** A file, of whatever type. */
export async function load(path: string): Promise<Blob> {
  const response = await fetch(API + path, { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (!response.ok) throw await problem(response);
  return response.blob();
}

type Method = "POST" | "PUT" | "DELETE";

/** What is on its way: the same said twice meanwhile, by a second click or key, is said once. */
const underway = new Map<string, Promise<unknown>>();

/** Of what got no answer, or one that leaves open whether it was done: whoever says the same again soon says it under the same key, and it is done once. */
const unanswered = new Map<string, { key: string; since_ms: number }>();
const SOON_MS = 120_000;

function keyOf(what: string): string {
  const now = Date.now();
  for (const [said, { since_ms }] of unanswered) if (now - since_ms > SOON_MS) unanswered.delete(said);
  // Also where the page came over plain HTTP, which has no randomUUID.
  const random = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const known = unanswered.get(what) ?? { key: random(), since_ms: now };
  unanswered.set(what, known);
  return known.key;
}

function once<T>(method: Method, path: string, body: unknown, deadline_ms: number): Promise<T> {
  const text = JSON.stringify(body);
  const what = `${method} ${path} ${text}`;
  const known = underway.get(what);
  if (known) return known as Promise<T>;
  const key = method === "POST" ? keyOf(what) : null;
  const said = tell<T>(method, path, text, deadline_ms, false, key).then(
    (answer) => {
      unanswered.delete(what);
      return answer;
    },
    (error) => {
      if (error instanceof ApiProblem && error.status > 0 && error.status < 500) unanswered.delete(what);
      throw error;
    },
  );
  const done = said.finally(() => underway.delete(what));
  underway.set(what, done);
  return done;
}

async function tell<T>(
  method: Method,
  path: string,
  body: string | undefined,
  deadline_ms: number,
  last: boolean,
  key: string | null,
): Promise<T> {
  const response = await fetch(API + path, {
    method,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      ...(key === null ? {} : { "idempotency-key": key }),
    },
    body,
    keepalive: last,
    signal: AbortSignal.timeout(deadline_ms),
  });
  if (!response.ok) throw await problem(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Has something done. */
export function post<T>(path: string, body: unknown, deadline_ms: number): Promise<T> {
  return once("POST", path, body, deadline_ms);
}

/** Has something done that counts each time it is said, e.g. a key of a camera that is still held. `last`: it leaves although the page goes. */
export function postEach<T>(path: string, body: unknown, deadline_ms: number, last: boolean): Promise<T> {
  return tell("POST", path, JSON.stringify(body), deadline_ms, last, null);
}

/** Has something done in another way than `post`. */
export function send<T>(method: Method, path: string, body: unknown, deadline_ms: number): Promise<T> {
  return once(method, path, body, deadline_ms);
}

/** Puts `body` in the place of what is there. */
export function put<T>(path: string, body: unknown, deadline_ms: number): Promise<T> {
  return once("PUT", path, body, deadline_ms);
}

/** Puts a file in the place of what is there. */
export async function upload<T>(
  path: string,
  file: Blob,
  type: string,
  deadline_ms: number,
  signal: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new ApiProblem(0, "deadline", null)), deadline_ms);
  const stop = () => controller.abort(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    const response = await fetch(API + path, {
      method: "PUT",
      headers: { accept: "application/json", "content-type": type },
      body: file,
      signal: controller.signal,
    });
    if (!response.ok) throw await problem(response);
    return (await response.json()) as T;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

export function query(parameters: Record<string, string | number | null | undefined>): string {
  const filled = Object.entries(parameters).filter(([, v]) => v != null && v !== "") as [string, string | number][];
  return filled.length === 0 ? "" : `?${new URLSearchParams(filled.map(([k, v]) => [k, String(v)]))}`;
}
