import { type CliIo, paint, type Style } from './io.ts'

/** `3 files: 2 verified, 1 missing`, in the order of the styles. */
export function countStates<State extends string>(
  io: CliIo,
  states: readonly State[],
  styles: Readonly<Record<State, Style>>,
): string {
  const counts = (Object.keys(styles) as State[]).flatMap((state) => {
    const count = states.filter((each) => each === state).length
    return count === 0 ? [] : [paint(io, io.out, styles[state], `${count} ${state}`)]
  })
  const total = `${states.length} ${states.length === 1 ? 'file' : 'files'}`
  return counts.length === 0 ? total : `${total}: ${counts.join(', ')}`
}
