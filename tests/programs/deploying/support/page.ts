import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const DOCS = join(import.meta.dirname, '../../../../docs')
const page = readFileSync(join(DOCS, 'deploying.md'), 'utf8')

/** The commands of a section of docs/deploying.md, or its later ones. */
export function readCommands(title: string, block = 0): string {
  const [, section = ''] = page.split(`## ${title}\n`)
  const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)]
  return blocks[block]?.[1] ?? ''
}

/** A file of docs/deploying/. */
export function readDeployingFile(name: string): string {
  return readFileSync(join(DOCS, 'deploying', name), 'utf8')
}
