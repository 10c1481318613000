import type { RouteAccess } from '../access/route-access.ts'

/** In the order of the page: what people come for first, what keeps it running last. */
export const tags: readonly { name: string; description: string }[] = [
  { name: 'jobs', description: 'Runs of casefiles, with the files that go in and come out' },
  { name: 'workflows', description: 'What submitters must bring, and the steps that run on it' },
  { name: 'runs', description: 'Submissions, and what became of them' },
  { name: 'library', description: 'Files that the org keeps for its workflows' },
  { name: 'validators', description: 'What a step may run, and the files that each needs' },
  { name: 'analysis', description: 'Results, with the tree of files that each put out' },
  { name: 'files', description: 'The ledger: what is where, and whether it is still the same' },
  { name: 'projects', description: 'Named groups of jobs and analyses' },
  { name: 'locations', description: 'The folders and buckets that the org may point at' },
  { name: 'priorities', description: 'A list that jobs choose from' },
  { name: 'engines', description: 'A list that jobs choose from' },
  { name: 'solver-versions', description: 'A list that jobs choose from' },
  { name: 'graphql', description: 'Jobs, runs, analyses and files, as much of each as one asks for' },
  { name: 'sign-in', description: 'Who you are, and how a browser gets in' },
  { name: 'tokens', description: 'What programs show' },
  { name: 'members', description: 'People, and what each may do' },
  { name: 'audit', description: 'Who wrote what, and when' },
  { name: 'orgs', description: 'Each apart from all others' },
  { name: 'server', description: 'For whoever runs it' },
]

export const pageDescription = `The ledger of every file that goes into a computational run and every file that comes out of it.

**To try the calls here**, open the sign-in link that the server printed when it started: they are then made as you. Or press *Authorize* and
give a token. **Programs** send \`Authorization: Bearer wb_…\`. An owner makes tokens, with \`POST /api/v1/tokens\` or \`waybill token create NAME\`; the first one is in
\`owner.token\` in the server's data directory.

Every path is answered with and without a trailing slash; \`/orgs/{org}/…\` is \`/org/{org}/…\`. Jobs and their kases are also answered under \`/api\`, analyses also at the root.
Every error is \`{"error", "code", "details"}\`. A POST that makes something takes an \`Idempotency-Key\` header.`

export const tokenDescription =
  'A token, `wb_…`. An owner makes one with `waybill token create NAME`; the first one is in `owner.token` in the data directory. In a browser that opened a sign-in link none is needed.'

export function accessWords(access: RouteAccess): string {
  if (access === 'public') return 'Needs no token.'
  if (access === 'deployment') return 'Needs the deployment token.'
  return `Needs the role \`${access}\`${access === 'owner' ? '' : ' or a higher one'}.`
}

/** Of a body that may be a form or a file. */
export const rawBodyWords =
  'A form; or, where nothing else has to come with it, the file itself as the whole body, under its own type'

const answers: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Taken; the work goes on',
  204: 'Done; there is nothing to read',
  206: 'The part that was asked for',
  416: 'No such part',
  '4XX': 'Refused: `code` says why, `details` where',
  '5XX': 'Waybill or a part that it needs failed; ask again',
}

/** For an answer that its route does not describe; the generator would say "Default Response". */
export function answerWords(status: string): string {
  return answers[status] ?? `HTTP ${status}`
}
