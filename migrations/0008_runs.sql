-- A workflow that is run on a submission; the run's number is the submission's. It pins the version of the workflow's
-- definition that it was launched with.
create table run (
  id int generated always as identity primary key,
  org_id int not null references org,
  workflow_id int not null,
  workflow_version int not null,
  token_id int not null references token,
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'canceled')),
  name text check (length(name) between 1 and 200),
  metadata json not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  foreign key (workflow_id, workflow_version) references workflow_version (workflow_id, version),
  check ((finished_at is not null) = (state in ('succeeded', 'failed', 'canceled')))
);
create index run_by_org on run (org_id, id desc);
create index run_by_state on run (org_id, state, id desc);
create index run_by_workflow on run (workflow_id, id desc);
create index run_by_workflow_and_state on run (workflow_id, state, id desc);

-- What a run says of a file beside its use, which pins the version. `same_as` is an earlier file with the same bytes.
create table run_file (
  run_id int not null references run,
  position int not null,
  use_id bigint not null references file_use,
  slot text,
  role text not null check (role in ('primary', 'auxiliary', 'library', 'artifact')),
  original_filename text not null check (octet_length(original_filename) between 1 and 255),
  file_type text,
  same_as int references file,
  created_at timestamptz not null default now(),
  primary key (run_id, position),
  check ((slot is not null) = (role = 'auxiliary'))
);
-- One file for each slot of a submission.
create unique index run_file_by_slot on run_file (run_id, slot) where slot is not null;

create table run_step (
  run_id int not null references run,
  position int not null,
  name text not null,
  validator text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'canceled')),
  started_at timestamptz,
  finished_at timestamptz,
  primary key (run_id, position)
);

-- `step` is null for what was found when the submission was taken in.
create table run_finding (
  id bigint generated always as identity primary key,
  run_id int not null references run,
  step int,
  severity text not null check (severity in ('error', 'warning', 'info')),
  code text not null,
  message text not null,
  file text,
  line int
);
create index run_finding_by_run on run_finding (run_id, id);

-- What a submission that is being stored is about to put where. The row goes in the transaction that makes the run, so
-- one that stands for long is of a server that died; `abandoned` gives its bytes up, and no run can be made of it.
create table submission_intent (
  submission_id int primary key,
  org_id int not null references org,
  paths text[] not null,
  temporary_paths text[] not null,
  abandoned boolean not null default false,
  created_at timestamptz not null default now()
);
create index submission_intent_by_age on submission_intent (created_at);

-- Who looks for the same bytes wants the earliest, however many copies there are.
drop index file_version_by_crc32c;
create index file_version_by_crc32c on file_version (org_id, crc32c, id) where crc32c is not null;

-- For users of the database, under the name and with the columns that they know. It joins, so it cannot be written.
create view submission_auxiliary_file as
  select r.run_id as submission_id, r.slot, f.path as file, r.original_filename, r.file_type, v.size_bytes,
    case when f.path like 'gs://%' then f.path else '' end as gcs_uri, r.created_at as created, f.org_id
  from run_file r
  cross join lateral (select file_id, version_id from file_use where id = r.use_id offset 0) u
  cross join lateral (select path, org_id from file where id = u.file_id offset 0) f
  cross join lateral (select size_bytes from file_version where id = u.version_id offset 0) v
  where r.role = 'auxiliary';
