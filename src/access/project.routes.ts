import type { FastifyPluginAsync } from 'fastify'
import { Project, ProjectInput, ProjectPatch } from '../contract/project.ts'
import type { Db } from '../db/client.ts'
import { itemRoutes } from './item.routes.ts'
import { getItem, listItems } from './org-rows.service.ts'
import { createProject, deleteProject, projects, updateProject } from './project.service.ts'

export function projectRoutes({ db }: { db: Db }): FastifyPluginAsync {
  return itemRoutes({
    path: '/projects',
    access: { read: 'reader', create: 'submitter', update: 'author', delete: 'owner' },
    summaries: {
      list: 'List the projects of the org',
      create: 'Make a project',
      read: 'Read a project',
      update: 'Rename a project or describe it',
      delete: 'Delete a project that nothing uses',
    },
    schemas: { item: Project, made: Project, input: ProjectInput, patch: ProjectPatch },
    list: (caller, query) => listItems(db, projects, caller, query),
    get: (caller, id) => getItem(db, projects, caller, id),
    create: (caller, input) => createProject(db, caller, input),
    update: (caller, id, patch) => updateProject(db, caller, id, patch),
    delete: (caller, id) => deleteProject(db, caller, id),
  })
}
