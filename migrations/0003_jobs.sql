-- The lists that an org's owner keeps. Numbered within the org, so that number 1 is every org's first.
create table priority (
  org_id int not null references org,
  id int not null,
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, name)
);

create table engine (
  org_id int not null references org,
  id int not null,
  name text not null check (length(name) between 1 and 200),
  kind text not null default 'local' check (kind in ('local', 'slurm', 'cloud-run')),
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, name)
);

create table solver_version (
  org_id int not null references org,
  id int not null,
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, name)
);

create table job (
  id int generated always as identity primary key,
  org_id int not null references org,
  project_id int not null references project,
  token_id int not null references token,
  description text not null,
  olga_version_id int not null,
  priority_id int,
  engine_id int not null,
  numparallelsims int not null check (numparallelsims > 0),
  launch_time timestamptz,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'completed', 'failed', 'paused', 'killed')),
  pause_flag boolean not null default false,
  kill_flag boolean not null default false,
  submit_time timestamptz not null default now(),
  start_time timestamptz,
  end_time timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (org_id, olga_version_id) references solver_version (org_id, id),
  foreign key (org_id, priority_id) references priority (org_id, id),
  foreign key (org_id, engine_id) references engine (org_id, id)
);
create index job_by_org on job (org_id, id desc);
create index job_by_token on job (token_id, id desc);
create index job_by_project on job (project_id, id desc);

create table kase (
  id int generated always as identity primary key,
  org_id int not null references org,
  job_id int not null references job,
  position int not null,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'completed', 'failed', 'paused', 'killed')),
  progress int not null default 0 check (progress between 0 and 100),
  unique (job_id, position)
);

create table casefile (
  id int generated always as identity primary key,
  org_id int not null references org,
  kase_id int not null unique references kase,
  use_id bigint not null references file_use,
  file_name text not null,
  path text not null,
  modification_time timestamptz,
  status int not null check (status in (0, 1)),
  modules text[] not null
);

create table aux_file (
  id int generated always as identity primary key,
  org_id int not null references org,
  file_id int not null references file,
  file_name text not null check (length(file_name) between 1 and 255),
  created_at timestamptz not null default now(),
  unique (file_id, file_name)
);

-- is_output is the direction of the use.
create table casefile_association (
  casefile_id int not null references casefile,
  aux_file_id int not null references aux_file,
  use_id bigint not null references file_use,
  position int not null,
  modification_time timestamptz,
  is_downloaded boolean not null default false,
  primary key (casefile_id, aux_file_id)
);
