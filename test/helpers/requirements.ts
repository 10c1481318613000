import { spawnSync } from 'node:child_process'
import { test } from 'vitest'

/**
 * What a test needs beyond the repository. A test whose need is not met is skipped with the need in its name;
 * under WAYBILL_TEST_REQUIRE=all it runs, and fails.
 */
const needs = {
  root: () => process.getuid?.() === 0,
  'an ordinary user': () => process.getuid?.() !== 0,
  'tmpfs mounts': () => process.getuid?.() === 0 && canMount(),
  linux: () => process.platform === 'linux',
} as const

export type Need = keyof typeof needs

const contradictory: readonly Need[] = ['an ordinary user', 'root']

export function testWith(need: Need, name: string, fn: () => Promise<void>, timeoutMs?: number): void {
  const met = needs[need]()
  const required = process.env.WAYBILL_TEST_REQUIRE === 'all' && !contradictory.includes(need)
  test.skipIf(!met && !required)(met ? name : `${name} [needs ${need}]`, fn, timeoutMs)
}

function canMount(): boolean {
  return spawnSync('unshare', ['--mount', 'true']).status === 0
}
