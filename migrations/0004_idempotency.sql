-- One row for each Idempotency-Key that a token's write has committed with: what was asked, and the answer.
-- The answer is sealed with the caller's own credential, because some answers hold a secret that is shown once.
create table idempotency_key (
  token_id int not null references token on delete cascade,
  key_digest bytea not null check (length(key_digest) = 32),
  content_digest bytea not null check (length(content_digest) = 32),
  sealed_answer bytea,
  created_at timestamptz not null default now(),
  primary key (token_id, key_digest)
);
create index idempotency_key_by_age on idempotency_key (created_at);
