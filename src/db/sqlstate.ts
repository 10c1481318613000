/** The SQLSTATEs that the code reacts to. https://www.postgresql.org/docs/18/errcodes-appendix.html */
export const SQLSTATE = {
  feature_not_supported: '0A000',
  character_not_in_repertoire: '22021',
  invalid_text_representation: '22P02',
  untranslatable_character: '22P05',
  not_null_violation: '23502',
  foreign_key_violation: '23503',
  unique_violation: '23505',
  check_violation: '23514',
  exclusion_violation: '23P01',
  in_failed_sql_transaction: '25P02',
  serialization_failure: '40001',
  deadlock_detected: '40P01',
  duplicate_database: '42P04',
  undefined_table: '42P01',
  object_in_use: '55006',
  disk_full: '53100',
  lock_not_available: '55P03',
  query_canceled: '57014',
  admin_shutdown: '57P01',
  crash_shutdown: '57P02',
  cannot_connect_now: '57P03',
} as const

/** The SQLSTATE of a PostgreSQL error, or undefined when it is no such error. */
export function sqlstateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}
