import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Config {
  dataDir: string
  host: string
  port: number
  databaseUrl: string | null
  locations: string[]
  logLevel: string
}

export interface ConfigOptions {
  dataDir?: string
  host?: string
  port?: string
  location?: string[]
}

/** The only reader of the environment. */
export function readConfig(options: ConfigOptions, env: NodeJS.ProcessEnv = process.env): Config {
  return {
    dataDir: resolve(options.dataDir ?? env.WAYBILL_DATA_DIR ?? defaultDataDir(env)),
    host: options.host ?? env.WAYBILL_HOST ?? '127.0.0.1',
    port: Number(options.port ?? env.WAYBILL_PORT ?? 4400),
    databaseUrl: env.DATABASE_URL ?? null,
    locations: options.location ?? [],
    logLevel: env.WAYBILL_LOG_LEVEL ?? 'info',
  }
}

function defaultDataDir(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/var/lib/waybill'
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'waybill')
}
