import { isMainThread } from 'node:worker_threads'
import { register } from 'tsx/esm/api'

// The loader of the main thread does not reach the threads that the server starts.
if (!isMainThread) register()
