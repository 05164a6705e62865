import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Does in a folder what the blocks of a recipe say: writes files, and applies changes to lines that occur once. */
export function followRecipe(recipe = '', folder = ''): void {
  const blocks = [...recipe.matchAll(/^```(\w+) (\S+)\n([\s\S]*?)^```/gm)]
  if (blocks.length === 0) throw new Error('The recipe has no steps')
  for (const [, kind, path = '', text = ''] of blocks) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, kind === 'diff' ? change(readFileSync(file, 'utf8'), text, path) : text)
  }
}

function change(source: string, diff: string, path: string): string {
  return diff.split(/^@@\n/m).reduce((before, hunk) => {
    const [old, fresh] = [linesOf(hunk, ' -'), linesOf(hunk, ' +')]
    const parts = `\n${before}`.split(`\n${old}`)
    if (parts.length !== 2) throw new Error(`${path} must have once:\n${old}`)
    return parts.join(`\n${fresh}`).slice(1)
  }, source)
}

function linesOf(hunk: string, marks: string): string {
  return hunk.replace(/^(.)(.*\n)/gm, (_, mark, line) => (marks.includes(mark) ? line : ''))
}
