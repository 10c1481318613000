import type { Reporter, TestModule } from 'vitest/node'

/** Ends a run with one plain line of counts that any machine can read. */
export default class ClosingCounts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const brokenModules = modules.filter(
      (module) => module.state() === 'failed' && module.children.size === 0,
    )
    const failed = count('failed') + brokenModules.length
    process.stdout.write(`${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped\n`)
  }
}
