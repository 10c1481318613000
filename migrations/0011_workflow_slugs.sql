-- Finds the runs of a slug, also those of workflows that are deleted.
create index workflow_by_slug on workflow (org_id, slug, id);
