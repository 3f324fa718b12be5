// A stand-in collector as a child process; in a calm one nothing happens by itself.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export async function standIn({ calm = false } = {}) {
  const mock = join(dirname(fileURLToPath(import.meta.url)), "mock.mjs");
  const env = { ...process.env, ...(calm && { AVOW_CALM: "1" }) };
  const child = spawn(process.execPath, [mock, "0"], { stdio: ["ignore", "pipe", "inherit"], env });
  const url = await new Promise((found, lost) => {
    child.stdout.once("data", (line) => found(String(line).trim()));
    child.once("exit", (code) => lost(new Error(`stand-in collector ended with ${code}`)));
  });
  const ask = async (what) => (await fetch(`${url}/mock/${what}`)).json();
  return {
    url,
    stop: () => child.kill(),
    plant: (venue) => ask(`plant?venue=${venue}`),
    /** Which runs of two were asked for. */
    across: (words = "") => ask(`across?${words}`),
    /** What was asked of roll calls. */
    calls: (words = "") => ask(`calls?${words}`),
    /** What fits ('POST /groups') is refused; without a pattern nothing any more. */
    refuse: (path, status = 503) =>
      ask(path === undefined ? "refuse" : `refuse?path=${encodeURIComponent(path)}&status=${status}`),
    /** What fits is kept waiting; without a pattern all of it is answered. Tells how many wait. */
    hold: async (path) => (await ask(path === undefined ? "hold" : `hold?path=${encodeURIComponent(path)}`)).waits,
    /** What was asked of calls to us. */
    inbound: (words = "") => ask(`inbound?${words}`),
    /** What was asked of cameras so far; `words` change the room, see mock.mjs. */
    cameras: (words = "") => ask(`cameras?${words}`),
  };
}
