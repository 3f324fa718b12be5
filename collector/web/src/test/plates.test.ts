import { expect, test } from "vitest";
import type { Device, DeviceChange } from "../api/names";
import { isMarked, lastChange, plate, since } from "../venue/plates";

const facts = {
  make: null,
  model: null,
  serial: null,
  firmware: null,
  mac: null,
  settings: [],
  seen_ms: 5,
  probe: "p",
};
const device = (of: Partial<Device>): Device => ({
  id: "camera",
  name: "前置摄像机",
  kind: "camera",
  make: null,
  model: null,
  serial: null,
  firmware: null,
  address: null,
  backup_for: null,
  state: null,
  facts: null,
  changes: [],
  ...of,
});
const change = (code: string, at_ms: number): DeviceChange => ({ at_ms, code, probe: "p", differences: [] });
const row = (of: Partial<Device>, part: string) => plate(device(of)).find((line) => line.part === part);

test("what a device says goes before the ledger, and a difference is told", () => {
  const said = { ...facts, serial: "124", make: "SONY " };
  expect(row({ serial: "123", facts: said }, "serial")).toEqual({ part: "serial", value: "124", ledger: "123" });
  expect(row({ make: "Sony", facts: said }, "make")?.ledger).toBeNull();
  expect(row({ model: "D70", facts: said }, "model")).toEqual({ part: "model", value: "D70", ledger: null });
  expect(row({ firmware: null, facts: said }, "firmware")?.value).toBeNull();
  expect(row({ serial: "123" }, "serial")?.value).toBe("123");
});

test("a device that was seen first has not changed", () => {
  expect(lastChange(device({ changes: [change("device.seen", 1)] }))).toBeNull();
  const both = [change("device.firmware-changed", 9), change("device.seen", 1)];
  expect(lastChange(device({ changes: both }))?.at_ms).toBe(9);
  expect([since(device({ changes: both })), since(device({}))]).toEqual([9, null]);
});

test("a change is marked for a week", () => {
  const day = 86_400_000;
  expect(isMarked(change("device.replaced", 0), 7 * day - 1)).toBe(true);
  expect(isMarked(change("device.replaced", 0), 7 * day)).toBe(false);
  expect(isMarked(null, 0)).toBe(false);
});
