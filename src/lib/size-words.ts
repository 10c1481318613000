/** `32 MB (33,554,432 bytes)`, `100 bytes`: as every limit is stated, with 1 MB = 1,048,576 bytes. */
export function sizeWords(sizeBytes: number): string {
  const bytes = `${sizeBytes.toLocaleString('en')} ${sizeBytes === 1 ? 'byte' : 'bytes'}`
  const megabytes = sizeBytes / 1024 / 1024
  return Number.isInteger(megabytes) ? `${megabytes} MB (${bytes})` : bytes
}
