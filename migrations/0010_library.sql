-- A file that an org keeps for its workflows under a name. `version` is the current one, 0 while the first is still on
-- its way; `reserved` is the last number that an upload was given, so that no two put their bytes at one path.
create table library_file (
  id int generated always as identity primary key,
  org_id int not null references org,
  name text not null check (octet_length(name) between 1 and 255),
  version int not null default 0,
  reserved int not null default 1,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  check (version <= reserved),
  -- As of workflows: a deleted file stays for the runs that pinned it, and its name is free again.
  name_key text generated always as (case when deleted_at is null then org_id::text || '/' || name end) stored unique
);
create index library_file_by_org on library_file (org_id, id) where deleted_at is null and version > 0;

create table library_version (
  library_file_id int not null references library_file,
  version int not null check (version > 0),
  file_id int not null unique references file,
  version_id int not null references file_version,
  file_type text not null,
  created_at timestamptz not null default now(),
  primary key (library_file_id, version)
);

create trigger library_version_is_append_only before update or delete or truncate on library_version
  for each statement execute function refuse_change();

-- Which names the steps of a workflow's current definition give to library files, whether or not there are such files.
create table workflow_library_name (
  workflow_id int not null references workflow,
  name_key text not null,
  primary key (workflow_id, name_key)
);
create index workflow_library_name_by_key on workflow_library_name (name_key, workflow_id);

insert into workflow_library_name (workflow_id, name_key)
select distinct w.id, w.org_id || '/' || normalize(c.value, NFKC)
from workflow w
join workflow_version v on v.workflow_id = w.id and v.version = w.version
cross join lateral json_array_elements(v.definition -> 'steps') s (step)
cross join lateral json_each_text(s.step -> 'config') c
where w.deleted_at is null and c.value <> '' and c.key = any(case s.step ->> 'validator' when 'energyplus' then '{weather_file}'
    when 'fmi' then '{input_data}' when 'xml' then '{schema}' when 'json-schema' then '{schema}' else '{}' end::text[])
  and coalesce(s.step -> 'config' ->> (c.key || '_source'), 'workflow') = 'workflow';
