import { afterEach, expect, test, vi } from "vitest";
import { type ApiProblem, post, postEach, put, send } from "../api/fetch";

afterEach(() => vi.unstubAllGlobals());

/** A collector that answers when it is told to; what it was asked. */
function collector(status = 200) {
  const asked: string[] = [];
  const keys: (string | undefined)[] = [];
  const answer: (() => void)[] = [];
  vi.stubGlobal(
    "fetch",
    (path: string, { method, body, headers }: { method: string; body?: string; headers: Record<string, string> }) => {
      asked.push(`${method} ${path} ${body}`);
      keys.push(headers["idempotency-key"]);
      return new Promise((done) =>
        answer.push(() => done(new Response(JSON.stringify({ n: asked.length }), { status }))),
      );
    },
  );
  const all = () => {
    for (const one of answer.splice(0)) one();
  };
  return { asked, keys, answer: all };
}

test("what is said twice while it is on its way is said once, and both get the answer", async () => {
  const { asked, answer } = collector();
  const both = [post("/roll-calls", { title: "a" }, 1_000), post("/roll-calls", { title: "a" }, 1_000)];
  expect(asked.length).toBe(1);
  answer();
  expect(await Promise.all(both)).toEqual([{ n: 1 }, { n: 1 }]);
});

test("another word, another way and a later time are said again", async () => {
  const { asked, answer } = collector();
  const first = [
    post("/groups", { name: "a" }, 1_000),
    post("/groups", { name: "b" }, 1_000),
    put("/groups", { name: "a" }, 1_000),
    send("DELETE", "/groups", { name: "a" }, 1_000),
  ];
  expect(asked.length).toBe(4);
  answer();
  await Promise.all(first);
  const later = post("/groups", { name: "a" }, 1_000);
  expect(asked.length).toBe(5);
  answer();
  await later;
});

test("what was refused may be tried again", async () => {
  const { asked, answer } = collector(409);
  for (const times of [1, 2]) {
    const said = post("/groups", { name: "a" }, 1_000);
    answer();
    await expect(said).rejects.toMatchObject({ status: 409 } satisfies Partial<ApiProblem>);
    expect(asked.length).toBe(times);
  }
});

test("a key of a camera that is still held counts each time", () => {
  const { asked } = collector();
  for (let n = 0; n < 3; n++) void postEach("/steer", { pan: 1 }, 1_000, false);
  expect(asked.length).toBe(3);
});

test("what got no answer is said again under the same key, and what was answered under another", async () => {
  for (const [status, same] of [
    [503, true],
    [409, false],
    [200, false],
  ] as const) {
    const { keys, answer } = collector(status);
    for (let times = 0; times < 2; times++) {
      const said = post("/roll-calls", { title: String(status) }, 1_000).catch(() => undefined);
      answer();
      await said;
    }
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[0] === keys[1], String(status)).toBe(same);
  }
  const { keys, answer } = collector();
  const put_ = put("/groups", { name: "key" }, 1_000);
  answer();
  await put_;
  expect(keys).toEqual([undefined]);
});
