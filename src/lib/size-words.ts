/** `32 MB`, `100 bytes`: limits are stated in units of 1,048,576 bytes. */
export function sizeWords(sizeBytes: number): string {
  const megabytes = sizeBytes / 1024 / 1024
  return Number.isInteger(megabytes) ? `${megabytes} MB` : `${sizeBytes.toLocaleString('en')} bytes`
}
