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
create index project_by_org on project (org_id, id);

create table member (
  id int generated always as identity primary key,
  org_id int not null references org,
  name text not null check (length(name) between 1 and 200),
  email text,
  role text not null check (role in ('reader', 'submitter', 'author', 'owner')),
  created_at timestamptz not null default now(),
  unique (org_id, name)
);
create index member_by_org on member (org_id, id);

-- Only the SHA-256 of a token is kept; the prefix lets a person tell two tokens apart.
-- A deployment token may also make orgs; a session is what a browser holds in its cookie.
create table token (
  id int generated always as identity primary key,
  org_id int not null references org,
  member_id int references member on delete set null,
  name text not null check (length(name) between 1 and 200),
  role text not null check (role in ('reader', 'submitter', 'author', 'owner')),
  deployment boolean not null default false,
  session boolean not null default false check (not (session and deployment)),
  digest bytea not null unique,
  prefix text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index token_by_org on token (org_id, id);
create index token_by_member on token (member_id) where member_id is not null;

-- A link that signs a member in, once; using it deletes the row. Only the SHA-256 of the code is kept.
create table sign_in_code (
  digest bytea primary key,
  org_id int not null references org,
  member_id int not null references member on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sign_in_code_by_member on sign_in_code (member_id);
create index sign_in_code_by_expiry on sign_in_code (expires_at);

create table location (
  id int generated always as identity primary key,
  org_id int not null references org,
  root text not null check (octet_length(root) between 1 and 2000),
  name text not null,
  created_at timestamptz not null default now(),
  unique (org_id, root)
);
create index location_by_org on location (org_id, id);

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
create index audit_entry_by_org on audit_entry (org_id, at desc, id desc);
create index audit_entry_by_action on audit_entry (org_id, action, at desc, id desc);
create index audit_entry_by_token on audit_entry (token_id, at desc, id desc);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger audit_entry_is_append_only before update or delete or truncate on audit_entry
  for each statement execute function refuse_change();
