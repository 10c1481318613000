/**
 * Before the database's parts are loaded: the queue's package looks, as it is loaded, for settings of its own from the
 * working directory upwards, runs what it finds, and fails where it may not look. Every path is absolute by then.
 */
export function leaveWorkingDirectory(): void {
  process.chdir('/')
}
