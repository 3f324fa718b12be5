// A line between browser and collector that can be cut, stalled and healed: what a carrier does at 3 a.m.
import { connect, createServer } from "node:net";

export async function line(target) {
  const { hostname, port } = new URL(target);
  const sockets = new Set();
  let state = "whole";
  const server = createServer((near) => {
    if (state === "cut") {
      near.destroy();
      return;
    }
    const far = connect(Number(port || 80), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(one);
      one.on("data", (bytes) => state !== "stalled" && other.write(bytes));
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Connections break and new ones are refused. */
    cut() {
      state = "cut";
      drop();
    },
    /** Connections stay, nothing comes through: a half-open line. */
    stall() {
      state = "stalled";
    },
    heal() {
      state = "whole";
      drop();
    },
    close() {
      drop();
      server.close();
    },
  };
}
