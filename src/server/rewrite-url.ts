/** `/org/` and `/orgs/` are one: what an org holds is routed under `/org/{org}/…`, the orgs themselves under `/orgs`. */
const inOrg = /^((?:\/api(?:\/v1)?)?)\/orgs?(?=\/[^/?]+\/[^/?])/
const orgs = /^((?:\/api(?:\/v1)?)?)\/orgs?(?=\/?(?:[^/?]+\/?)?(?:\?|$))/

export function rewriteUrl(request: { url?: string | undefined }): string {
  const url = request.url ?? '/'
  return inOrg.test(url) ? url.replace(inOrg, '$1/org') : url.replace(orgs, '$1/orgs')
}
