import nunjucks from 'nunjucks'
// @ts-expect-error It has no types.
import transformer from 'nunjucks/src/transformer.js'

// The internals of Nunjucks that views.ts and view-compiler.ts use. @types/nunjucks does not declare them.

/** What a view is rendered with: the values of the page, and what is global. */
export type Context = { ctx: Record<string, unknown>; lookup: (name: string) => unknown }
/** The variables of a view. */
export type Frame = { lookup: (name: string) => unknown }
/** A node of a parsed view. Each kind of node has only some of these properties. */
export type Node = {
  lineno: number
  colno: number
  typename: string
  value: unknown
  name: Node
  args: Node
  children: Node[]
  cond: Node
  body: Node
  else_: Node | null
  key: Node
}

declare class NunjucksCompiler {
  constructor(name: string)
  buffer: string
  codebuf: string[]
  compile(node: Node, frame?: Frame): void
  compileFilter(node: Node, frame: Frame): void
  compileFor(node: Node, frame: Frame): void
  compileFunCall(node: Node, frame: Frame): void
  compileIf(node: Node, frame: Frame, isAsync?: boolean): void
  compileOutput(node: Node, frame: Frame): void
  compileSymbol(node: Node, frame: Frame): void
  getCode(): string
  _compileAggregate(node: Node, frame: Frame, start: string, end: string): void
  _emit(code: string): void
  _withScopedSyntax(emit: () => void): void
}

const inside = nunjucks as unknown as {
  compiler: { Compiler: typeof NunjucksCompiler }
  lib: {
    escape: (text: string) => string
    _prettifyError: (path: string, withTrace: boolean, error: unknown) => Error
  }
  parser: { parse: (source: string, extensions: [], options: object) => Node }
}

export const { Compiler } = inside.compiler
export const { SafeString } = nunjucks.runtime
export const { escape: escapeText } = inside.lib

export function parseView(source: string, name: string): Node {
  return transformer.transform(inside.parser.parse(source, [], {}), [], name)
}

/** An error with the file and line of the view that caused it, in the words of Nunjucks. */
export function locateError(path: string, error: unknown): Error {
  return inside.lib._prettifyError(path, false, error)
}
