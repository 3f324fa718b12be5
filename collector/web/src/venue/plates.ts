// A device's plate: what it says of itself before what the ledger says of it, and whether it changed lately.
import type { Device, DeviceChange, DevicePart } from "../api/names";

export const PARTS: readonly DevicePart[] = ["make", "model", "serial", "firmware", "mac"];

/** For so long a change is marked: longer than a weekend and a holiday. */
const MARKED_MS = 7 * 24 * 3_600_000;

export interface Line {
  part: DevicePart;
  /** What the device says, else what the ledger says; null when neither does. */
  value: string | null;
  /** What the ledger says, where the device says otherwise. */
  ledger: string | null;
}

/** Capital letters and spaces are no difference: people write a ledger. */
function plain(text: string): string {
  return text.replace(/\s+/g, "").toLowerCase();
}

export function plate(device: Device): Line[] {
  return PARTS.map((part) => {
    const said = device.facts?.[part] ?? null;
    const ledger = part === "mac" ? null : device[part];
    const differs = said !== null && ledger !== null && plain(said) !== plain(ledger);
    return { part, value: said ?? ledger, ledger: differs ? ledger : null };
  });
}

/** The newest change that somebody should know of: a device that was seen first has not changed. */
export function lastChange(device: Device): DeviceChange | null {
  return device.changes.find((change) => change.code !== "device.seen") ?? null;
}

export function isMarked(change: DeviceChange | null, now_ms: number): boolean {
  return change !== null && now_ms - change.at_ms < MARKED_MS;
}

/** Since when it is this very device with this firmware. */
export function since(device: Device): number | null {
  return device.changes[0]?.at_ms ?? null;
}
