// From how many faults on a venue fails often, within what the collector takes. Pure.
import type { FrequentRule } from "../api/names";

export const FIELDS: readonly [name: keyof FrequentRule, most: number][] = [
  ["days", 90],
  ["faults", 100],
  ["failed_tests", 100],
];

/** What is usual in such an office. */
export const USUAL: FrequentRule = { days: 90, faults: 3, failed_tests: 2 };

export function isRule(rule: FrequentRule): boolean {
  return FIELDS.every(([name, most]) => Number.isInteger(rule[name]) && rule[name] >= 1 && rule[name] <= most);
}

/** The rule in the URL; what makes no sense there is the usual. */
export function readRule(parameters: URLSearchParams): FrequentRule {
  const rule = { ...USUAL };
  for (const [name] of FIELDS) {
    const asked = { ...USUAL, [name]: Number(parameters.get(name)) };
    if (isRule(asked)) rule[name] = asked[name];
  }
  return rule;
}
