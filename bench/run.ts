import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import type { Row } from './measure.ts'
import { analysisClientsScenario } from './scenarios/analysis-clients.ts'
import { analysisCreateScenario } from './scenarios/analysis-create.ts'
import { analysisReadScenario } from './scenarios/analysis-read.ts'
import { checkContentScenario } from './scenarios/check-content.ts'
import { findFileScenario } from './scenarios/find-file.ts'
import { jobCreateScenario } from './scenarios/job-create.ts'
import { launchScenario } from './scenarios/launch.ts'
import { probeScenario } from './scenarios/probe.ts'
import { probeAskersScenario } from './scenarios/probe-askers.ts'
import { recordFilesScenario } from './scenarios/record-files.ts'
import { scanDeckScenario } from './scenarios/scan-deck.ts'
import { uploadScenario } from './scenarios/upload.ts'

const scenarios: Record<string, () => Promise<Row[]>> = {
  'record-files': recordFilesScenario,
  'find-file': findFileScenario,
  probe: probeScenario,
  'probe-askers': probeAskersScenario,
  'analysis-create': analysisCreateScenario,
  'analysis-read': analysisReadScenario,
  'analysis-clients': analysisClientsScenario,
  'scan-deck': scanDeckScenario,
  'job-create': jobCreateScenario,
  'check-content': checkContentScenario,
  upload: uploadScenario,
  launch: launchScenario,
}

const say = (line: string) => process.stdout.write(`${line}\n`)
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in scenarios))
if (unknown.length > 0) {
  say(`No scenario is named ${unknown.join(', ')}; there are ${Object.keys(scenarios).join(', ')}`)
  process.exit(2)
}

const directory = new URL('../../bench/results/', import.meta.url)
await mkdir(directory, { recursive: true })
for (const [name, run] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  say(`\n${name}`)
  const startedAt = new Date()
  const rows = await run()
  for (const row of rows) say(lineOf(row))
  const machine = { node: process.version, cpus: cpus().length }
  await writeFile(
    new URL(`${name}.json`, directory),
    `${JSON.stringify({ name, startedAt, machine, rows }, null, 2)}\n`,
  )
}

function lineOf({ variant, medianMs, minMs, maxMs, runs, ratio, against, ...figures }: Row): string {
  const spread = `${minMs.toFixed(1)} to ${maxMs.toFixed(1)}, ${runs} runs`
  const held = ratio === undefined ? '' : `  ${ratio.toFixed(2)} × "${against}"`
  const rest = Object.entries(figures).map(([key, value]) => `  ${key} ${value}`)
  return `  ${variant.padEnd(48)} ${medianMs.toFixed(1).padStart(9)} ms (${spread})${held}${rest.join('')}`
}
