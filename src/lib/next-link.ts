/** The `Link` header of a list that goes on: the address that was asked, with this query in place of its own. */
export function nextLink(url: string, query: Record<string, string | number>): string {
  const [path = ''] = url.split('?', 1)
  const text = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])
  return `<${path}?${new URLSearchParams(text)}>; rel="next"`
}
