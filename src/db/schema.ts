import type {
  AuditEntryTable,
  DeploymentSecretTable,
  LocationTable,
  MemberTable,
  OrgTable,
  ProjectTable,
  SignInCodeTable,
  TokenTable,
} from '../access/access.table.ts'
import type { AnalysisTable } from '../analyses/analysis.table.ts'
import type { FileEventTable, FileTable, FileUseTable, FileVersionTable } from '../files/file.table.ts'
import type { IdempotencyKeyTable } from '../idempotency/idempotency.table.ts'
import type {
  AuxFileTable,
  CasefileAssociationTable,
  CasefileTable,
  EngineTable,
  JobTable,
  KaseTable,
  OrgListTable,
} from '../jobs/job.table.ts'
import type {
  LibraryFileTable,
  LibraryVersionTable,
  WorkflowLibraryNameTable,
} from '../workflows/library.table.ts'
import type { RunStepTable, RunTable, SubmissionIntentTable } from '../workflows/run.table.ts'
import type { WorkflowTable, WorkflowVersionTable } from '../workflows/workflow.table.ts'

/** Every table by its SQL name; the nouns' `*.table.ts` files say what is in each. */
export interface Schema {
  org: OrgTable
  project: ProjectTable
  member: MemberTable
  token: TokenTable
  sign_in_code: SignInCodeTable
  location: LocationTable
  audit_entry: AuditEntryTable
  deployment_secret: DeploymentSecretTable
  idempotency_key: IdempotencyKeyTable
  file: FileTable
  file_version: FileVersionTable
  file_event: FileEventTable
  file_use: FileUseTable
  analysis: AnalysisTable
  priority: OrgListTable
  engine: EngineTable
  solver_version: OrgListTable
  job: JobTable
  kase: KaseTable
  casefile: CasefileTable
  aux_file: AuxFileTable
  casefile_association: CasefileAssociationTable
  workflow: WorkflowTable
  workflow_version: WorkflowVersionTable
  library_file: LibraryFileTable
  library_version: LibraryVersionTable
  workflow_library_name: WorkflowLibraryNameTable
  run: RunTable
  run_step: RunStepTable
  submission_intent: SubmissionIntentTable
}
