import { expect, test } from 'vitest'
import { wrapDatabaseError } from './database-error.ts'
import { SQLSTATE } from './sqlstate.ts'

test('a full disk is told as what it is, without the words of the database', () => {
  const error = Object.assign(new Error('could not extend file "base/1/2"'), { code: SQLSTATE.disk_full })
  expect(wrapDatabaseError(error)).toMatchObject({
    code: 'unavailable',
    message: 'The disk of the database is full; free some space and try again',
  })
})
