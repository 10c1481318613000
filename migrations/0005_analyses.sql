-- A recorded result. `outputs` keeps the shape of its tree: each file in it stands as {"basename": "<n>"}, the n-th
-- of the analysis' uses in the order of their ids. No structure of the user's looks so, since every object with a
-- text as basename is a file. json, not jsonb, because the order of the keys is the user's.
create table analysis (
  id int generated always as identity primary key,
  org_id int not null references org,
  project_id int not null references project,
  type text not null check (length(type) between 1 and 200),
  status text not null check (status in ('queued', 'in-progress', 'failed', 'completed', 'unknown')),
  sequencing_group_ids text[] not null,
  outputs json not null,
  output text,
  meta json not null,
  active boolean not null,
  author text,
  timestamp_completed timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index analysis_by_org on analysis (org_id, id desc);
create index analysis_by_project on analysis (project_id, id desc);
create index analysis_by_type on analysis (org_id, type, id desc);
create index analysis_by_status on analysis (org_id, status, id desc);
create index analysis_by_sequencing_group on analysis using gin (sequencing_group_ids);

-- A version and a use belong to the org of their file, which is checked by its own id: one check a row takes the place
-- of two. Not by (org_id, id): planned while the table is small, that check walks through all files of the org.
alter table file_version drop constraint file_version_org_id_fkey;
alter table file_use drop constraint file_use_org_id_fkey;

-- What an output says beside its file: `output` stands in the file's place for as long as the file is not there,
-- `appeared_at` is when it took that place, and events up to `last_event_id` were known when it was registered.
alter table file_use
  add column output text,
  add column appeared_at timestamptz,
  add column meta json,
  add column last_event_id bigint,
  add constraint file_use_is_file_or_string
    check (direction = 'in' or (version_id is null) <> (output is null));
create index file_use_waiting on file_use (file_id) where output is not null;

-- For users of the database, under the names and with the columns that they know. Both join, so neither can be written.
create view output_file as
  select f.id,
    (select p.file_id from file_use p where p.id = u.primary_use_id) as parent_id,
    f.path, f.basename, f.dirname, f.nameroot, f.nameext, v.crc32c as file_checksum, v.size_bytes as size, u.meta,
    case f.state
      when 'unreachable' then coalesce((select event <> 'gone' from file_event where file_id = f.id order by id desc limit 1), true)
      else f.state not in ('missing', 'gone')
    end as valid, f.org_id
  from file f
  cross join lateral (
    select primary_use_id, meta from file_use
    where file_id = f.id and subject_kind = 'analysis' and version_id is not null
    order by id desc limit 1
  ) u
  cross join lateral (
    select crc32c, size_bytes from file_version where file_id = f.id order by number desc limit 1
  ) v;

create view analysis_outputs as
  select a.id as analysis_id, case when u.version_id is not null then u.file_id end as file_id, u.output,
    u.place as json_structure, a.org_id
  from analysis a
  join file_use u on u.subject_kind = 'analysis' and u.subject_id = a.id;
