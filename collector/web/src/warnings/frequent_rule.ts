// From how many faults on a venue fails often, within what the collector takes. Pure.
import type { FrequentRule } from "../api/names";

export const FIELDS: readonly [name: keyof FrequentRule, most: number][] = [
  ["days", 90],
  ["faults", 100],
  ["failed_tests", 100],
];

export function isRule(rule: FrequentRule): boolean {
  return FIELDS.every(([name, most]) => Number.isInteger(rule[name]) && rule[name] >= 1 && rule[name] <= most);
}
