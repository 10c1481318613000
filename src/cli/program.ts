import { createRequire } from 'node:module'
import { Command } from 'commander'
import { addAdminCommands } from './admin/admin.ts'
import { addAnalysisCreate } from './analysis/create.ts'
import { addAnalysisList } from './analysis/list.ts'
import { addAnalysisShow } from './analysis/show.ts'
import { addAnalysisVerify } from './analysis/verify.ts'
import { addDoctor } from './doctor.ts'
import { addFileFind } from './file/find.ts'
import { addFileGet } from './file/get.ts'
import { addFileShow } from './file/show.ts'
import { addFileVerify } from './file/verify.ts'
import { type CliContext, columnsOf } from './io.ts'
import { addJobCheck } from './job/check.ts'
import { addJobControls } from './job/control.ts'
import { addJobList } from './job/list.ts'
import { addJobShow } from './job/show.ts'
import { addJobStatus } from './job/status.ts'
import { addJobSubmit } from './job/submit.ts'
import { addLibraryList, addLibraryRemove } from './library/list.ts'
import { addLibraryPut } from './library/put.ts'
import { addMigrate } from './migrate.ts'
import { refuseTwice } from './refuse-twice.ts'
import { addRunLaunch } from './run/launch.ts'
import { addRunList } from './run/list.ts'
import { addRunCancel, addRunShow } from './run/show.ts'
import { addServe } from './serve.ts'
import { addTokenCreate } from './token/create.ts'
import { addTokenList } from './token/list.ts'
import { addTokenRevoke } from './token/revoke.ts'
import { addWorker } from './worker.ts'
import { addWorkflowCheck } from './workflow/check.ts'
import { addWorkflowCreate } from './workflow/create.ts'
import { addWorkflowList } from './workflow/list.ts'
import { addWorkflowShow } from './workflow/show.ts'

/** Every command, registered by hand; nothing runs until the program parses. */
export function createProgram(context: CliContext): Command {
  const { out, err } = context.io
  const program = new Command('waybill')
    .description(
      'The ledger of every file that goes into a computational run and every file that comes out of it',
    )
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      // The error comes back as an exception and is printed with all others.
      outputError: () => undefined,
      getOutHelpWidth: () => (out.isTTY === true ? columnsOf(out) : 100),
      getErrHelpWidth: () => (err.isTTY === true ? columnsOf(err) : 100),
    })
    .addHelpText(
      'after',
      '\nRun "waybill COMMAND --help" for its options and examples. Start with: waybill serve',
    )

  program.commandsGroup('Run it:')
  addServe(program, context)
  addWorker(program, context)
  addMigrate(program, context)
  addDoctor(program, context)

  program.commandsGroup('Use it:')
  const file = group(program, 'file', 'Find, read and verify files of the ledger')
  addFileFind(file, context)
  addFileShow(file, context)
  addFileVerify(file, context)
  addFileGet(file, context)
  const job = group(program, 'job', 'Check, submit, watch and control jobs')
  addJobCheck(job, context)
  addJobSubmit(job, context)
  addJobList(job, context)
  addJobShow(job, context)
  addJobStatus(job, context)
  addJobControls(job, context)
  const analysis = group(program, 'analysis', 'Register, read and verify analyses with their outputs')
  addAnalysisCreate(analysis, context)
  addAnalysisShow(analysis, context)
  addAnalysisList(analysis, context)
  addAnalysisVerify(analysis, context)
  const workflow = group(program, 'workflow', 'Make, read and check workflows')
  addWorkflowCreate(workflow, context)
  addWorkflowList(workflow, context)
  addWorkflowShow(workflow, context)
  addWorkflowCheck(workflow, context)
  const run = group(program, 'run', 'Launch a workflow on files of this machine')
  addRunLaunch(run, context)
  addRunList(run, context)
  addRunShow(run, context)
  addRunCancel(run, context)
  const library = group(program, 'library', 'Keep files that workflows take from the org')
  addLibraryPut(library, context)
  addLibraryList(library, context)
  addLibraryRemove(library, context)

  program.commandsGroup('Administer it:')
  const token = group(program, 'token', 'Make, list and revoke tokens')
  addTokenCreate(token, context)
  addTokenList(token, context)
  addTokenRevoke(token, context)
  addAdminCommands(group(program, 'admin', 'Keep orgs, projects, members, locations and lists'), context)
  program.commandsGroup('Learn it:').helpCommand('help [command]', 'Print the help of a command')
  refuseTwice(program)
  return program
}

function group(parent: Command, name: string, text: string): Command {
  return parent
    .command(name)
    .description(text)
    .helpCommand('help [command]', 'Print the help of a command')
    .enablePositionalOptions()
}

function readVersion(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
  return version
}
