import { readFile, stat } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import { systemCodeOf } from '../lib/system-error.ts'

/** The user that PostgreSQL runs as; undefined means the user of this process. */
export interface PostgresUser {
  uid: number
  gid: number
}

const nobody: PostgresUser = { uid: 65534, gid: 65534 }

/**
 * PostgreSQL refuses to run as root. Started by root it runs as whoever owns the cluster, and a new cluster
 * is given to `nobody`. Started by anyone else it runs as that user, who must own the cluster.
 */
export async function choosePostgresUser(clusterDir: string): Promise<PostgresUser | undefined> {
  const ownUid = process.getuid?.()
  const owner = await stat(clusterDir).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (ownUid === 0) {
    if (owner === undefined) return await findNobody()
    if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
    const { uid, gid } = await findNobody()
    throw new AppError(
      'database_start_failed',
      `The database ${clusterDir} belongs to root, as which PostgreSQL does not run; give it back with: chown -R ${uid}:${gid} '${clusterDir}'`,
    )
  }
  if (owner !== undefined && owner.uid !== ownUid) {
    throw new AppError(
      'database_start_failed',
      `The database ${clusterDir} belongs to the user with id ${owner.uid}, and this process runs as id ${ownUid}; run Waybill as that user, or use another --data-dir`,
    )
  }
  return undefined
}

async function findNobody(): Promise<PostgresUser> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const fields = passwd
    .split('\n')
    .find((line) => line.startsWith('nobody:'))
    ?.split(':')
  const uid = Number(fields?.[2])
  const gid = Number(fields?.[3])
  return uid > 0 && gid > 0 ? { uid, gid } : nobody
}
