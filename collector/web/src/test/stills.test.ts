import { expect, test } from "vitest";
import type { EvidenceRef, Outcome } from "../api/names";
import { newestStill } from "../venue/stills";

const still = (hash: string, available = true): EvidenceRef => ({
  hash,
  media_type: "image/jpeg",
  size: 1,
  available,
});

function outcome(at_ms: number, evidence: EvidenceRef[], proof: Outcome["proof"] = null): Outcome {
  const of = {
    probe: "p",
    name: "n",
    kind: "picture",
    verdict: "pass",
    finding: null,
    why: null,
    detail: null,
  } as const;
  const when = { at_ms, received_ms: at_ms, stale: false, interval_s: 60, required: true };
  return { ...of, ...when, covers: [], values: [], evidence, proof };
}

test("the picture of an older outcome stands where the newest outcome has none", () => {
  const proof = { at_ms: 1, verdict: "fail", finding: "picture.black", evidence: [still("old")] } as const;
  const found = newestStill([outcome(9, [], { ...proof, evidence: [...proof.evidence] })]);
  expect([found?.evidence.hash, found?.taken.at_ms, found?.taken.finding]).toEqual(["old", 1, "picture.black"]);
});

test("a picture that has arrived goes before a newer one that has not", () => {
  expect(newestStill([outcome(9, [still("new", false)]), outcome(5, [still("here")])])?.evidence.hash).toBe("here");
  expect(newestStill([outcome(9, [still("new", false)])])?.evidence.hash).toBe("new");
  expect(newestStill([outcome(9, []), outcome(5, [])])).toBeNull();
});

test("the newest of several pictures stands for the venue", () => {
  const pictures = [outcome(5, [still("older")]), outcome(9, [still("newest")]), outcome(7, [still("middle")])];
  expect(newestStill(pictures)?.evidence.hash).toBe("newest");
});
