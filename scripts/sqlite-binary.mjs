import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Since 24.19 the headers of Node let objects take a hook back that they set. In better-sqlite3 12, V8 does that while it
// collects garbage, where Node aborts the process. Prebuilt binaries are from before; what is compiled has the headers'
// version.
const HOOK = 'RemoveEnvironmentCleanupHook'

/** What to do about a better-sqlite3 that would end the process at any time, or null. */
export function findUnsafeBinary(root) {
  const binary = join(root, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node')
  if (!existsSync(binary) || !readFileSync(binary).includes(HOOK)) return null
  return 'WARNING: better-sqlite3 was compiled against Node 24.19 or newer and will abort the server at any time. Run: npm_config_target=24.18.0 npm rebuild better-sqlite3'
}
