import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'vitest'

/**
 * What a test needs beyond the repository. A test whose need is not met is skipped with the need in its name;
 * under WAYBILL_TEST_REQUIRE=all it runs, and fails.
 */
const needs = {
  root: () => process.getuid?.() === 0,
  mounts: () => process.getuid?.() === 0 && canMount(),
  script: () => existsSync('/usr/bin/script'),
  linux: () => process.platform === 'linux',
} as const

export type Need = keyof typeof needs

export function testWith(need: Need, name: string, fn: () => Promise<void>, timeoutMs?: number): void {
  const met = needs[need]()
  const required = process.env.WAYBILL_TEST_REQUIRE === 'all'
  test.skipIf(!met && !required)(met ? name : `${name} [needs ${need}]`, fn, timeoutMs)
}

function canMount(): boolean {
  return spawnSync('unshare', ['--mount', 'true']).status === 0
}
