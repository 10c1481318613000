import type { FileDetail, FileSummary } from '../../contract/file.ts'
import { AppError } from '../../errors.ts'
import type { ApiClient } from '../client.ts'
import { eachPage } from '../list-pages.ts'

/** The file with this number, or at exactly this path. Throws `not_found`. */
export async function getFile(client: ApiClient, idOrPath: string): Promise<FileDetail> {
  const id = /^\d{1,10}$/.test(idOrPath) ? Number(idOrPath) : await findId(client, idOrPath)
  return await client.get<FileDetail>(`/files/${id}`)
}

async function findId(client: ApiClient, path: string): Promise<number> {
  const query = { path_prefix: path }
  for await (const page of eachPage<FileSummary>(client, { path: '/files', query, options: { all: true } })) {
    const file = page.items.find((item) => item.path === path)
    if (file !== undefined) return file.id
  }
  throw new AppError(
    'not_found',
    `The ledger has no file at "${path}"; paths are compared as they were given, and "waybill file verify" records a new one`,
  )
}
