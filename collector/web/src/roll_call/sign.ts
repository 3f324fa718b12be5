// Which sign a venue of a roll call wears: shape and paint together, so that no two differ in colour alone. Pure.
import type { RollCallEntry, RollCallMode } from "../api/names";
import type { Palette } from "../theme/tokens";

/** A person's answer never looks like that of a box, whatever it said. */
export type Sign =
  | "silent"
  | "fault"
  | "late"
  | "waiting"
  | "heard"
  | "uncounted"
  | "in-meeting"
  | "excused"
  | "on-time"
  | "person-fault"
  | "person-late"
  | "person";

/** What needs a look comes first; legends, filters and lists keep this order. */
export const SIGNS: readonly Sign[] = [
  "silent",
  "waiting",
  "fault",
  "person-fault",
  "late",
  "person-late",
  "heard",
  "in-meeting",
  "excused",
  "uncounted",
  "on-time",
  "person",
];

/** On a grid of 16. `line`: drawn as a line of this width, else filled. */
export interface Shape {
  path: string;
  line?: number;
}

const HEAD = "M8 .8a3 3 0 1 0 .01 0z";

export const SHAPES: Record<Sign, Shape> = {
  silent: { path: "M2.5 2.5l11 11M13.5 2.5l-11 11", line: 3.4 },
  fault: { path: "M1.5 1.5h13v13h-13z" },
  late: { path: "M8 1 15.4 14.6H.6z" },
  waiting: { path: "M4 4h8v8H4z", line: 1.6 },
  heard: { path: "M8 2a6 6 0 1 0 .01 0zM2 8h12M3 10h10M4.5 12h7", line: 1.8 },
  "in-meeting": { path: "M8 .8 15.2 8 8 15.2.8 8z" },
  excused: { path: "M1.5 6.3h13v3.4h-13z" },
  uncounted: { path: "M8 2.2 13.8 8 8 13.8 2.2 8z", line: 1.6 },
  "on-time": { path: "M8 1.6a6.4 6.4 0 1 0 .01 0z" },
  "person-fault": { path: `${HEAD}M2.5 8h11v7.2h-11z` },
  "person-late": { path: `${HEAD}M8 7.2 15.4 15.4H.6z` },
  person: { path: `${HEAD}M1.6 15.4c0-4.6 2.6-7.4 6.4-7.4s6.4 2.8 6.4 7.4z` },
};

/** The class whose colour it has, or a colour of the frame. */
export type Paint = keyof Palette["states"] | "soft" | "accent";

export const PAINTS: Record<Sign, Paint> = {
  silent: "fail",
  fault: "fail",
  late: "degraded",
  waiting: "soft",
  heard: "accent",
  "in-meeting": "unknown",
  excused: "soft",
  uncounted: "soft",
  "on-time": "pass",
  "person-fault": "fail",
  "person-late": "degraded",
  person: "pass",
};

export function isByPerson(mode: RollCallMode | null): boolean {
  return mode !== null && mode !== "auto";
}

export type Seen = Pick<RollCallEntry, "standing" | "mode" | "fault">;

/** What does not work goes before how late it was said. */
export function signOf({ standing, mode, fault }: Seen): Sign {
  if (standing !== "on-time" && standing !== "late") return standing;
  const person = isByPerson(mode);
  if (fault !== null) return person ? "person-fault" : "fault";
  if (standing === "late") return person ? "person-late" : "late";
  return person ? "person" : "on-time";
}

export function colourOf(sign: Sign, palette: Palette): string {
  const paint = PAINTS[sign];
  return paint === "soft" || paint === "accent" ? palette[paint] : palette.states[paint];
}

/** How many wear each: they add up to all. */
export function countSigns(signs: Iterable<Sign>): Record<Sign, number> {
  const counts = Object.fromEntries(SIGNS.map((sign) => [sign, 0])) as Record<Sign, number>;
  for (const sign of signs) counts[sign]++;
  return counts;
}
