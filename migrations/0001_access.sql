-- Orgs own everything. Every other table carries org_id and every query names it.
create table org (
  id int generated always as identity primary key,
  slug text not null unique check (slug ~ '^[-a-z0-9_]{1,50}$'),
  name text not null,
  created_at timestamptz not null default now()
);

create table project (
  id int generated always as identity primary key,
  org_id int not null references org,
  name text not null check (length(name) between 1 and 200),
  description text not null default '',
  created_at timestamptz not null default now(),
  unique (org_id, name)
);

create table member (
  id int generated always as identity primary key,
  org_id int not null references org,
  name text not null check (length(name) between 1 and 200),
  email text,
  role text not null check (role in ('reader', 'submitter', 'author', 'owner')),
  created_at timestamptz not null default now(),
  unique (org_id, name)
);

-- Only the SHA-256 of a token is kept; the prefix lets a person tell two tokens apart.
create table token (
  id int generated always as identity primary key,
  org_id int not null references org,
  member_id int references member on delete set null,
  name text not null check (length(name) between 1 and 200),
  role text not null check (role in ('reader', 'submitter', 'author', 'owner')),
  deployment boolean not null default false,
  digest bytea not null unique,
  prefix text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index token_by_org on token (org_id, id);

create table location (
  id int generated always as identity primary key,
  org_id int not null references org,
  root text not null check (length(root) between 1 and 1000),
  name text not null,
  created_at timestamptz not null default now(),
  unique (org_id, root)
);

create table audit_entry (
  id bigint generated always as identity primary key,
  org_id int not null references org,
  token_id int references token,
  member_name text,
  action text not null,
  subject text not null,
  details json not null default '{}',
  address text,
  request_id text,
  at timestamptz not null default now()
);
create index audit_entry_by_org on audit_entry (org_id, id desc);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger audit_entry_is_append_only before update or delete or truncate on audit_entry
  for each statement execute function refuse_change();
