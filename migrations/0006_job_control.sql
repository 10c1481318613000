alter table kase
  add column start_time timestamptz,
  add column end_time timestamptz;

-- How many casefiles and aux files a job shows, so that a page of jobs knows its size before it is read.
alter table job add column files_count int not null default 0;
update job j set files_count = n.kases + n.aux_files
from (
  select job.id, count(distinct k.id) as kases, count(a.aux_file_id) as aux_files
  from job
  join kase k on k.job_id = job.id
  join casefile c on c.kase_id = k.id
  left join casefile_association a on a.casefile_id = c.id
  group by job.id
) n
where n.id = j.id;

-- The same aux file may be an input of a casefile and come back as its output: a restart file. `position` counts
-- the inputs and the outputs of a casefile apart; is_output is still the direction of the use.
alter table casefile_association
  add column is_output boolean not null default false,
  drop constraint casefile_association_pkey,
  add primary key (casefile_id, aux_file_id, is_output);

-- A kase belongs to the org of its job, a casefile to that of its kase, an aux file to that of its file, each of which is
-- checked. An association is made in one statement after its casefile and its use, in their transaction, and neither is
-- ever deleted: looking both up again for each of 5,000 rows was a quarter of what a large job costs.
alter table kase drop constraint kase_org_id_fkey;
alter table casefile drop constraint casefile_org_id_fkey;
alter table aux_file drop constraint aux_file_org_id_fkey;
alter table casefile_association
  drop constraint casefile_association_casefile_id_fkey,
  drop constraint casefile_association_use_id_fkey;
