/** `Équipe Nord` becomes `equipe-nord`; empty where nothing of the name can stand in a slug. */
export function slugFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '')
}
