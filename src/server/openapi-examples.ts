const job = {
  job: {
    description: 'Production Run',
    project_name: 'North Sea Pipeline',
    olga_version: '7.3.5',
    priority_id: 1,
    engine_id: 1,
  },
  casefiles: [
    {
      file_name: 'base_case.olga',
      path: '/shared/projects/north_sea/base_case.olga',
      modification_time: '2025-10-07T15:30:00Z',
      status: 1,
      modules: ['Pipeline', 'Multiphase', 'Compositional'],
      aux_files: [
        {
          file_name: 'pvt_table.tab',
          path: '/shared/projects/north_sea/pvt_table.tab',
          modification_time: '2025-10-07T15:00:00Z',
        },
        {
          file_name: 'boundary_conditions.tpl',
          path: '/shared/projects/north_sea/boundary_conditions.tpl',
          modification_time: '2025-10-07T14:30:00Z',
        },
      ],
    },
  ],
}

const slot = {
  slug: 'weather_file',
  label: 'Weather File (EPW)',
  description: 'The weather at the site of the building',
  allowed_file_types: ['epw'],
  max_size_bytes: 20_971_520,
  required: true,
}
const step = {
  validator: 'energyplus',
  config: { weather_file_source: 'submitter', weather_file_slot: 'weather_file' },
}

/** A body that can be sent as it is, for each call where the names of the types would not show what is meant. */
export const bodyExamples: Readonly<Record<string, unknown>> = {
  postJobs: job,
  postJobsCheck: job,
  patchJobsId: { pause_flag: true },
  postKasesIdOutputs: {
    files: [
      {
        file_name: 'base_case.tpl',
        path: '/shared/projects/north_sea/results/base_case.tpl',
        modification_time: '2025-10-07T18:20:00Z',
      },
    ],
  },
  patchKasesIdAuxFilesAuxId: { is_downloaded: true },
  postOrgsOrgWorkflows: {
    name: 'Energy Check',
    description: 'Whether a building meets the code where it stands',
    primary_file_types: ['idf', 'epjson'],
    auxiliary_file_slots: [slot],
    steps: [step],
  },
  patchOrgsOrgWorkflowsId: { auxiliary_file_slots: [slot], steps: [step] },
  postOrgsOrgWorkflowsIdSlots: slot,
  patchOrgsOrgWorkflowsIdSlotsSlug: { allowed_file_types: ['epw'], required: false },
  postOrgsOrgWorkflowsIdSteps: step,
  patchOrgsOrgWorkflowsIdStepsIndex: { config: step.config },
  postAnalysisProject: {
    type: 'joint-calling',
    status: 'completed',
    sequencing_group_ids: ['CPGABC123'],
    outputs: {
      vcf: {
        basename: 'gs://my-bucket/results/cohort.vcf.gz',
        secondary_files: { index: { basename: 'gs://my-bucket/results/cohort.vcf.gz.tbi' } },
      },
    },
  },
  putAnalysisProject: {
    type: 'alignment',
    status: 'completed',
    outputs: { bam: { basename: 'gs://my-bucket/results/sample.bam' } },
  },
  patchAnalysisId: { status: 'completed', meta: { pipeline: 'v2.1' } },
  postAnalysisQuery: { projects: ['my-project'], type: 'joint-calling' },
  postFilesIdLink: { expires_in: 600 },
  postFilesVerify: { paths: ['/shared/projects/north_sea/pvt_table.tab'] },
  postProjects: { name: 'Export Line', description: 'Flow assurance of the export line' },
  patchProjectsId: { description: 'Flow assurance of the export line' },
  postMembers: { name: 'Ada', email: 'ada@example.org', role: 'author' },
  patchMembersId: { role: 'reader' },
  postTokens: { name: 'nightly', role: 'submitter', expires_at: '2030-01-01T00:00:00Z' },
  patchTokensId: { role: 'reader' },
  postLocations: { root: '/shared/projects', name: 'Projects' },
  patchLocationsId: { name: 'Projects' },
  postOrgs: { name: 'North Sea', slug: 'north-sea' },
  postOrgsIdLocations: { root: '/shared/projects', name: 'Projects' },
  postSignInLinks: {},
  postPriorities: { name: 'urgent' },
  patchPrioritiesId: { name: 'urgent' },
  postEngines: { name: 'cluster', kind: 'slurm' },
  patchEnginesId: { name: 'cluster' },
  postSolverVersions: { name: '2024.1' },
  patchSolverVersionsId: { name: '2024.1' },
  postGraphql: {
    query:
      'query Inputs($ext: String) { files(ext: $ext, direction: IN) { items { id path state } nextCursor } }',
    variables: { ext: '.tab' },
  },
}
