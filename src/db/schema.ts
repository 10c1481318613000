/** Every table by its SQL name; the nouns' `*.table.ts` files fill it. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the nouns as their tables land
export interface Schema {}
