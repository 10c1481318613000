-- What an author declares. The definition (types of the primary file, slots, steps) is kept whole, once for each
-- version, and never changed: a run pins the version that it was launched with. Slots and steps are therefore no
-- tables of their own: rows that the next edit replaces could be pinned by nothing.
create table workflow (
  id int generated always as identity primary key,
  org_id int not null references org,
  slug text not null check (slug ~ '^[-a-zA-Z0-9_]{1,50}$' and slug !~ '^[0-9]+$'),
  name text not null check (length(name) between 1 and 200),
  description text not null,
  version int not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  -- A deleted workflow stays for the runs that pinned it; its slug is free again. One column, not (org_id, slug): planned
  -- while the table is small, a look-up by both would take workflow_by_org and walk through all workflows of the org.
  slug_key text generated always as (case when deleted_at is null then org_id::text || '/' || slug end) stored unique
);
create index workflow_by_org on workflow (org_id, id) where deleted_at is null;

-- json, not jsonb, because the order of the keys in a step's config is the author's.
create table workflow_version (
  workflow_id int not null references workflow,
  version int not null check (version > 0),
  definition json not null,
  created_at timestamptz not null default now(),
  primary key (workflow_id, version)
);

create trigger workflow_version_is_append_only before update or delete or truncate on workflow_version
  for each statement execute function refuse_change();

-- For users of the database, under the names and with the columns that they know. Both join, so neither can be written.
create view workflow_auxiliary_file_slot as
  select w.id as workflow_id, s.slug, s.label, s.description, s.allowed_file_types, s.max_size_bytes, s.required,
    s."order", w.org_id
  from workflow w
  join workflow_version v on v.workflow_id = w.id and v.version = w.version
  cross join lateral json_to_recordset(v.definition -> 'auxiliary_file_slots') as s (slug text, label text,
    description text, allowed_file_types text[], max_size_bytes bigint, required boolean, "order" int)
  where w.deleted_at is null;

create view workflow_step as
  select w.id as workflow_id, (s.position - 1)::int as index, s.step ->> 'name' as name,
    s.step ->> 'validator' as validator, s.step -> 'config' as config, w.org_id
  from workflow w
  join workflow_version v on v.workflow_id = w.id and v.version = w.version
  cross join lateral json_array_elements(v.definition -> 'steps') with ordinality as s (step, position)
  where w.deleted_at is null;
