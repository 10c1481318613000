const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']

/** For people: `1.5 MB`, with 1 MB = 1,048,576 bytes as everywhere in Waybill. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}
