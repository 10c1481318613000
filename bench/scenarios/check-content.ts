import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { inspectContent, inspected } from '../../src/files/check-content.ts'
import { findFileType, shippedFileTypes } from '../../src/files/file-types.ts'
import { interleave, type Row, type Variant } from '../measure.ts'

const chunkBytes = 64 * 1024

/** What looking at content costs an upload: to disk with a SHA-256, with all checks and without, and the checks alone. */
export async function checkContentScenario(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bench-'))
  const target = join(folder, 'upload')
  try {
    const contents = { epw: weather(), csv: table(), json: document(), xml: markup() }
    const variants = Object.entries(contents).flatMap(([extension, content]): Variant[] => {
      const type = findFileType(shippedFileTypes, extension)
      if (type === undefined) throw new Error(`There is no type ${extension}`)
      const mb = content.length / 1e6
      const bare = `${extension}, ${mb.toFixed(1)} MB: to disk with SHA-256`
      const store = async (source: Readable) => {
        const hash = createHash('sha256')
        const hashed = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            hash.update(chunk)
            done(null, chunk)
          },
        })
        await pipeline(source, hashed, createWriteStream(target))
        return hash.digest('hex')
      }
      return [
        { name: bare, run: () => store(Readable.from(chunksOf(content))) },
        {
          name: `${extension}: the same with its checks`,
          against: bare,
          async run() {
            const inspection = inspectContent(type)
            await store(inspected(Readable.from(chunksOf(content)), inspection))
            refuseFindings(inspection.end())
          },
        },
        {
          name: `${extension}: the checks alone`,
          against: bare,
          async run() {
            const inspection = inspectContent(type)
            for (const chunk of chunksOf(content)) inspection.push(chunk)
            refuseFindings(inspection.end())
          },
        },
      ]
    })
    const rows = await interleave(variants, { rounds: 25, warmups: 5 })
    return rows.map((row) => {
      const content = contents[row.variant.split(/[,:]/, 1)[0] as keyof typeof contents]
      return { ...row, mb_per_second: Math.round(content.length / 1e3 / row.medianMs) }
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

function refuseFindings(findings: readonly { message: string }[]): void {
  const [first] = findings
  if (first !== undefined) throw new Error(`The content ${first.message}`)
}

function* chunksOf(content: Buffer): Generator<Buffer> {
  for (let i = 0; i < content.length; i += chunkBytes) yield content.subarray(i, i + chunkBytes)
}

/** A year of hours, as long as real files are. */
function weather(): Buffer {
  const header = [
    'LOCATION,Chicago Ohare Intl Ap,IL,USA,TMY3,725300,41.98,-87.92,-6.0,201.0',
    'DESIGN CONDITIONS,0',
    'TYPICAL/EXTREME PERIODS,0',
    'GROUND TEMPERATURES,0',
    'HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0',
    'COMMENTS 1,made for a measurement',
    'COMMENTS 2,',
    'DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31',
  ]
  const flags = '?9?9?9?9E0?9?9?9?9?9?9?9?9?9?9?9?9?9?9?9*9*9?9*9*9'
  const rows = Array.from({ length: 8760 }, (_, hour) => {
    const day = Math.floor(hour / 24)
    const date = `1986,${(Math.floor(day / 31) % 12) + 1},${(day % 31) + 1},${(hour % 24) + 1},0`
    const temperature = (10 - 15 * Math.cos(hour / 1394)).toFixed(1)
    return `${date},${flags},${temperature},-16.1,73,99500,0,0,187,${hour % 900},0,0,0,0,0,0,260,4.1,0,0,16.1,77777,9,999999999,89,0.0620,0,88,0.000,0.0,0.0`
  })
  return Buffer.from(`${[...header, ...rows].join('\r\n')}\r\n`)
}

function table(): Buffer {
  const rows = Array.from({ length: 150_000 }, (_, i) =>
    [i, (i * 0.37).toFixed(3), (i * 1.1).toFixed(2), i % 7, `x${i}`].join(','),
  )
  return Buffer.from(`time,pressure,temperature,state,name\n${rows.join('\n')}\n`)
}

function document(): Buffer {
  const items = Array.from({ length: 40_000 }, (_, id) => ({
    id,
    name: `item ${id}`,
    value: id * 0.37,
    tags: ['a', 'b'],
    nested: { x: 1, y: null },
  }))
  return Buffer.from(JSON.stringify(items, null, 2))
}

function markup(): Buffer {
  const items = Array.from(
    { length: 50_000 },
    (_, i) =>
      `  <item id="${i}" name="item ${i}"><value unit="m">${i * 0.37}</value><t>text &amp; more</t></item>`,
  )
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<root>\n${items.join('\n')}\n</root>\n`)
}
