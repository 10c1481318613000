import type { JsonObject } from '../contract/json.ts'

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON merge patch (RFC 7396): null removes, objects merge, everything else replaces. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target))
  for (const [key, value] of Object.entries(patch)) {
    const was = merged.get(key)
    if (value === null) merged.delete(key)
    else if (isJsonObject(value)) merged.set(key, mergePatch(isJsonObject(was) ? was : {}, value))
    else merged.set(key, value)
  }
  return Object.fromEntries(merged)
}
