import { chmodSync } from 'node:fs'

/** Runs `act` as a user to whom a folder can be closed, which none is to root. `folders` lead to what it may read. */
export async function asOtherUser<T>(folders: readonly string[], act: () => Promise<T>): Promise<T> {
  for (const folder of folders) chmodSync(folder, 0o755)
  if (process.geteuid?.() !== 0) return await act()
  process.seteuid?.(65534)
  try {
    return await act()
  } finally {
    process.seteuid?.(0)
  }
}
