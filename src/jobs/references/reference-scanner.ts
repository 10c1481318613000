/** A file that a case names. */
export interface CaseReference {
  /** As written, without its quotes. */
  reference: string
  /** From 1. */
  line: number
  /** Of its first character, after the quote if there is one, in characters from 1. */
  column: number
  /** What asks for it, in upper case: `PVTFILE` of `FILES`. */
  keyword: string
  key: string
}

export interface UsedFluid {
  label: string
  line: number
}

/** What the reader of a case should know: something was left out, or cannot be meant as it is written. */
export interface ScanRemark {
  severity: 'warning' | 'info'
  code: string
  message: string
  line: number | null
}

/** All in the order of the text. */
export interface CaseScan {
  references: CaseReference[]
  /** Fluids that have to come from one of the case's tables. */
  fluids: UsedFluid[]
  remarks: ScanRemark[]
}

/** Reads a case of one format from a stream, whose chunks may be cut anywhere. Throws only what `content` throws. */
export type ReferenceScanner = (content: AsyncIterable<Uint8Array>) => Promise<CaseScan>

/** Of one case; what comes after that is left out, with a remark. */
export const maxReferences = 1_000
