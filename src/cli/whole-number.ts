import { InvalidArgumentError } from 'commander'

/** A parser of an option's or argument's value. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d{1,15}$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
  }
}

export const idNumber = wholeNumber(1, 2_147_483_647)

/** The same for an argument of several. */
export function idNumbers(value: string, previous: number[] | undefined): number[] {
  return [...(previous ?? []), idNumber(value)]
}
