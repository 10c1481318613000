import { roles } from '../../contract/choices.ts'

export interface AdminField {
  flags: string
  field: string
  text: string
  choices?: readonly string[]
}

/** One kind of thing that an owner keeps. All are listed, made, shown, changed and deleted alike. */
export interface AdminNoun {
  name: string
  about: string
  /** With its article, and of many: `an engine`, `engines`. */
  one: string
  many: string
  path: string
  /** The field that the argument of `create` fills, and that stands for the number elsewhere. */
  subject: { field: string; argument: string; text: string }
  /** Options of `create`. */
  fields: readonly AdminField[]
  /** Options of `update`. */
  changes: readonly AdminField[]
  columns: readonly string[]
  /** Only listed and made. */
  stays?: boolean
}

const nameSubject = { field: 'name', argument: 'name', text: 'its name' }
const newName: AdminField = { flags: '--name <name>', field: 'name', text: 'a new name' }
const description: AdminField = { flags: '--description <text>', field: 'description', text: 'what it is' }
const email: AdminField = { flags: '--email <address>', field: 'email', text: 'where to write to' }
const role: AdminField = {
  flags: '--role <role>',
  field: 'role',
  text: 'what the member may do, from low to high',
  choices: roles,
}
const kind: AdminField = {
  flags: '--kind <kind>',
  field: 'kind',
  text: 'what runs executions there',
  choices: ['local', 'slurm', 'cloud-run'],
}

export const adminNouns: readonly AdminNoun[] = [
  {
    name: 'org',
    about: 'Orgs, each apart from all others (needs the deployment token)',
    one: 'an org',
    many: 'orgs',
    path: '/orgs',
    subject: nameSubject,
    fields: [{ flags: '--slug <slug>', field: 'slug', text: 'its name in addresses (from the name)' }],
    changes: [],
    stays: true,
    columns: ['id', 'slug', 'name', 'created_at'],
  },
  {
    name: 'project',
    about: 'Projects, the named groups of an org',
    one: 'a project',
    many: 'projects',
    path: '/projects',
    subject: nameSubject,
    fields: [description],
    changes: [newName, description],
    columns: ['id', 'name', 'description', 'created_at'],
  },
  {
    name: 'member',
    about: 'Members of the org, and what each may do',
    one: 'a member',
    many: 'members',
    path: '/members',
    subject: nameSubject,
    fields: [email, role],
    changes: [newName, email, role],
    columns: ['id', 'name', 'email', 'role', 'created_at'],
  },
  {
    name: 'location',
    about: 'Locations, the roots that the org may point at',
    one: 'a location',
    many: 'locations',
    path: '/locations',
    subject: {
      field: 'root',
      argument: 'root',
      text: 'a folder of the server, gs://bucket/prefix or s3://…',
    },
    fields: [{ flags: '--name <name>', field: 'name', text: 'what people call it' }],
    changes: [newName],
    columns: ['id', 'name', 'root', 'created_at'],
  },
  {
    name: 'priority',
    about: 'Priorities that a job may have',
    one: 'a priority',
    many: 'priorities',
    path: '/priorities',
    subject: nameSubject,
    fields: [],
    changes: [newName],
    columns: ['id', 'name', 'created_at'],
  },
  {
    name: 'engine',
    about: 'Engines, where executions run',
    one: 'an engine',
    many: 'engines',
    path: '/engines',
    subject: nameSubject,
    fields: [kind],
    changes: [newName, kind],
    columns: ['id', 'name', 'kind', 'created_at'],
  },
  {
    name: 'solver-version',
    about: 'Versions of the solver that a job may name',
    one: 'a solver version',
    many: 'solver versions',
    path: '/solver-versions',
    subject: nameSubject,
    fields: [],
    changes: [newName],
    columns: ['id', 'name', 'created_at'],
  },
]
