-- One row per (org, path): the physical thing. The index holds a digest of the two, because a long random
-- path does not fit a btree entry, and because a look-up that also names an org_id in an index may, on a
-- small table, be planned as a walk through all files of the org.
create table file (
  id int generated always as identity primary key,
  org_id int not null references org,
  path text not null,
  path_digest bytea not null unique check (length(path_digest) = 32),
  kind text not null default 'file' check (kind in ('file', 'directory')),
  basename text not null,
  dirname text not null,
  nameroot text not null,
  nameext text,
  state text not null check (state in ('declared', 'verified', 'missing', 'gone', 'unreachable')),
  reason text not null,
  checked_at timestamptz,
  created_at timestamptz not null default now()
);
create index file_by_name on file (org_id, left(basename, 255));
create index file_by_extension on file (org_id, left(nameext, 50), id);
create index file_by_state on file (org_id, state, id);
create index file_by_prefix on file (org_id, left(path, 500) collate "C", id);
create index file_by_org on file (org_id, id);

-- What was found at a path, or only declared (modification_time alone). Facts that are null may be
-- filled in later for the same bytes; what is set stays.
create table file_version (
  id int generated always as identity primary key,
  file_id int not null references file,
  org_id int not null references org,
  number int not null check (number > 0),
  size_bytes bigint,
  crc32c text,
  sha256 text,
  generation text,
  modified_at timestamptz,
  member_count int,
  members_digest text,
  created_at timestamptz not null default now(),
  unique (file_id, number)
);
create index file_version_by_crc32c on file_version (org_id, crc32c) where crc32c is not null;

-- What a look found that the look before it had not: the history of a file, never rewritten.
create table file_event (
  id bigint generated always as identity primary key,
  file_id int not null references file,
  event text not null check (event in ('appeared', 'changed', 'gone', 'returned')),
  version_id int references file_version,
  reason text not null,
  seen_at timestamptz not null
);
create index file_event_by_file on file_event (file_id, id);

create trigger file_event_is_append_only before update or delete or truncate on file_event
  for each statement execute function refuse_change();

-- One place that takes a file in or puts one out, and the version it saw.
-- A companion's use points at the use of its primary: the tie lives in the place that states it.
create table file_use (
  id bigint generated always as identity primary key,
  org_id int not null references org,
  file_id int not null references file,
  version_id int references file_version,
  direction text not null check (direction in ('in', 'out')),
  subject_kind text not null,
  subject_id int not null,
  place text not null,
  primary_use_id bigint references file_use on delete cascade,
  companion_name text,
  created_at timestamptz not null default now(),
  check ((primary_use_id is null) = (companion_name is null))
);
create index file_use_by_file on file_use (file_id, id);
create index file_use_by_subject on file_use (subject_kind, subject_id);
create index file_use_by_primary on file_use (primary_use_id) where primary_use_id is not null;
