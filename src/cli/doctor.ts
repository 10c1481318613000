import type { Command } from 'commander'
import { type CollectedConfig, collectConfig } from '../config.ts'
import { printable } from './display-width.ts'
import type { Check, Verdict } from './doctor/check.ts'
import { examples } from './examples.ts'
import { exitCode } from './exit-code.ts'
import { type CliContext, type CliIo, paint, print, printJson, type Style } from './io.ts'
import { leaveWorkingDirectory } from './leave-working-directory.ts'
import { addSettings } from './setting-options.ts'
import { createTable } from './table.ts'

interface DoctorOptions {
  json?: boolean
  [setting: string]: unknown
}

export function addDoctor(parent: Command, context: CliContext): void {
  const command = parent
    .command('doctor')
    .description('Say what is in force and what is wrong; ends with 1 where something is')
    .option('--json', 'print the answer as JSON, for programs')
  addSettings(command, 'doctor', 'Settings:')
    .addHelpText('after', examples('waybill doctor', 'waybill doctor --data-dir /srv/waybill --json'))
    .action((options: DoctorOptions) => examine(context, options))
}

async function examine({ io, env, finish }: CliContext, options: DoctorOptions): Promise<void> {
  const collected = collectConfig(options, env)
  leaveWorkingDirectory()
  const { runChecks } = await import('./doctor/run-checks.ts')
  const checks = await runChecks(collected)
  if (options.json === true) {
    await printJson(io, { ok: isWell(checks), settings: collected.entries, checks })
  } else {
    await printReport(io, collected, checks)
  }
  finish(isWell(checks) ? exitCode.ok : exitCode.notWell)
}

function isWell(checks: readonly Check[]): boolean {
  return checks.every((check) => check.verdict !== 'fault')
}

const verdictStyle: Record<Verdict, Style> = { ok: 'green', warning: 'yellow', fault: 'red' }

async function printReport(io: CliIo, { entries }: CollectedConfig, checks: readonly Check[]): Promise<void> {
  await createTable<(typeof entries)[number]>(io, [
    { title: 'setting', cell: (entry) => entry.key },
    { title: 'value', cell: (entry) => entry.shown, shrinks: true },
    { title: 'from', cell: (entry) => entry.from, shrinks: true },
  ]).print(entries)
  await print(io.out, '\n')
  for (const check of checks) {
    const verdict = paint(io, io.out, verdictStyle[check.verdict], check.verdict.padEnd(7))
    await print(io.out, `${verdict}  ${check.name}: ${printable(check.message)}\n`)
    if (check.remedy !== null) await print(io.out, `         → ${printable(check.remedy)}\n`)
  }
  const count = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length
  const counted = (verdict: Verdict) => `${count(verdict)} ${verdict}${count(verdict) === 1 ? '' : 's'}`
  await print(io.out, `\n${count('ok')} ok, ${counted('warning')}, ${counted('fault')}\n`)
}
