/** What one request may take. Tests set them lower. */
export interface ServerLimits {
  /** Of a JSON body, in bytes. */
  bodyBytes: number
  /** Of the primary file of a submission, and of its auxiliary files together. */
  primaryBytes: number
  auxiliaryBytes: number
  /** How long what still comes of a refused request is read and thrown away. */
  lingerMs: number
  /** In each such time a sender has to bring `slowBodyBytes`, or is refused. */
  slowBodyMs: number
  slowBodyBytes: number
  /** How long the head of a request may take. */
  headersMs: number
}

export const defaultLimits: ServerLimits = {
  bodyBytes: 32 * 1024 * 1024,
  primaryBytes: 100 * 1024 * 1024,
  auxiliaryBytes: 50 * 1024 * 1024,
  lingerMs: 5_000,
  slowBodyMs: 30_000,
  slowBodyBytes: 1024,
  headersMs: 30_000,
}

export const maxHeaderBytes = 16 * 1024
/** Names in addresses may be long: 255 bytes, percent-encoded. */
export const maxParamLength = 1000
/** Of a part of a form that is a text. */
export const maxTextPartBytes = 64 * 1024
