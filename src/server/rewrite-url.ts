const org = /^((?:\/api(?:\/v1)?)?)\/org(?=[/?]|$)/

/** `/org/` and `/orgs/` are one: routes are declared under `/orgs`. */
export function rewriteUrl(request: { url?: string | undefined }): string {
  return (request.url ?? '/').replace(org, '$1/orgs')
}
