/** What is known of a part before a byte of it is read. */
export interface PartHead {
  name: string
  /** As the client sent it; null where the part has none. */
  fileName: string | null
  contentType: string | null
}

/** One part of a submission, as whoever reads the request hands it over. */
export interface SubmittedPart extends PartHead {
  /** To be read before the next part is asked for; what is not read by then is passed over. */
  content: AsyncIterable<Buffer>
}

/** What a browser sends for the field of a file that was left empty, which counts as nothing. */
export function isLeftEmpty({ fileName }: PartHead, sizeBytes: number): boolean {
  return fileName === '' && sizeBytes === 0
}

export type SubmittedParts = AsyncIterable<SubmittedPart>

/** What one submission may hold beside what its slots say. */
export interface SubmissionLimits {
  primaryBytes: number
  /** Of everything but the primary file. */
  auxiliaryBytes: number
  /** Of `name` and of `metadata`. */
  textBytes: number
}
