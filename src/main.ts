import { runCli } from './cli/run-cli.ts'
import { readColourWish } from './config.ts'

// Whoever reads the output may have read enough: `waybill file find | head -1`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

process.exitCode = await runCli(process.argv.slice(2), {
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  colour: readColourWish(),
})
