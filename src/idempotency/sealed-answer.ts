import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AppError } from '../errors.ts'

const ivBytes = 12
const tagBytes = 16

/** AES-256-GCM under the credential that asked, which the database does not know: nonce, tag, text. */
export function sealAnswer(answer: string, credential: string, keyDigest: Buffer): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(credential, keyDigest), iv)
  const sealed = Buffer.concat([cipher.update(answer, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

/** Throws `conflict` for another credential than the one that sealed it. */
export function openAnswer(sealed: Buffer, credential: string, keyDigest: Buffer): string {
  const iv = sealed.subarray(0, ivBytes)
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(credential, keyDigest), iv)
  decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]).toString()
  } catch (cause) {
    throw new AppError(
      'conflict',
      'This Idempotency-Key was used by another credential, and only that one can be told the first answer',
      { cause },
    )
  }
}

function sealingKey(credential: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', credential, salt, 'waybill idempotent answer', 32))
}
