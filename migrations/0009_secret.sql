-- What all servers on this database share and nobody else knows, made at the first start. Never logged and never answered.
create table deployment_secret (
  name text primary key,
  secret bytea not null check (length(secret) = 32),
  created_at timestamptz not null default now()
);
