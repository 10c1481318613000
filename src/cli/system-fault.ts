import { messageOf, systemCodeOf } from '../lib/system-error.ts'

const words: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, no folder',
  EEXIST: 'something else is there already',
  EACCES: 'this user has no right to it',
  EPERM: 'this user has no right to it',
  EROFS: 'its disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
}

/** Why the system refused something, in words where there are any. */
export function systemFault(error: unknown): string {
  return words[systemCodeOf(error) ?? ''] ?? messageOf(error)
}
