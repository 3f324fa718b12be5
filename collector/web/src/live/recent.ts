// The newest deltas of the followed scope: an answer that left the collector before them gets them replayed.
import type { Delta, PlaceAnswer } from "../api/names";
import { mergePlace } from "./merge";

const KEPT = 64;
let scope = "";
let deltas: Delta[] = [];

export function restart(of: string): void {
  scope = of;
  deltas = [];
}

export function remember(delta: Delta): void {
  deltas.push(delta);
  if (deltas.length > KEPT) deltas = deltas.slice(-KEPT);
}

export function replay(answer: PlaceAnswer): PlaceAnswer {
  return answer.place.code === scope ? deltas.reduce(mergePlace, answer) : answer;
}
